import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { LabError } from '../../../shared/errors.ts';
import { whoElseMayChange } from '../../files/whoElseMayChange.ts';
import { checkBinding, checkKernels } from './check.ts';
import { readJson, writeJson } from './places.ts';
import type { Manifest } from './places.ts';

/** `quick` trusts files that look as they did when they were verified; `full` reads every byte and tries TensorFlow out again. */
export type Depth = 'quick' | 'full';

/** What has to be made again, and why, as the end of a sentence. */
export interface Damage {
  readonly part: 'library' | 'binding';
  readonly reason: string;
}

const fileSchema = z.object({ sizeBytes: z.number(), mtimeMs: z.number(), sha256: z.string() });
/** Kept in the library's folder: what its files were when TensorFlow was tried out, and where else libraries were looked for then. */
const recordSchema = z.object({ files: z.record(z.string(), fileSchema), searchPath: z.string() });
type FileRecord = z.infer<typeof fileSchema>;

const recordOf = (location: string): string => join(location, 'verified.json');
const searchPath = (): string => process.env['LD_LIBRARY_PATH'] ?? '';

/**
 * Whether an installed TensorFlow is what was installed, and works: the SHA-256 of its libraries, its binding and the lab's kernels, and a
 * trial addition. It takes seconds the first time and after a file was touched, else milliseconds.
 * @param location - the library's folder. @param binding - path of the binding.
 * @returns null when it is ready.
 */
export const verify = async (
  location: string,
  manifest: Manifest,
  binding: string,
  depth: Depth,
): Promise<Damage | null> => {
  const paths = await pathsOf(location, manifest, binding);
  const code = paths.map((path) => join(location, path));
  for (const [part, files] of [
    ['library', code.slice(0, manifest.files.length)],
    ['binding', code.slice(manifest.files.length)],
  ] as const) {
    const found = whoElseMayChange(files);
    if (found !== null) return { part, reason: `${found}, ${loadedAsCode}` };
  }
  const known = await readJson(recordOf(location), recordSchema);
  const files = new Map<string, FileRecord>();
  for (const path of paths) {
    const part = path.startsWith('bindings') ? 'binding' : 'library';
    const before = known?.files[path];
    const now = await recordFile(join(location, path), depth === 'quick' ? before : undefined).catch(() => null);
    if (now === null) return { part, reason: `${path} cannot be read` };
    if (now.sizeBytes === 0) return { part, reason: `${path} is empty` };
    if (before !== undefined && before.sha256 !== now.sha256) {
      return { part, reason: `${path} is not what was installed: its SHA-256 differs` };
    }
    files.set(path, now);
  }
  const record: z.infer<typeof recordSchema> = { files: Object.fromEntries(files), searchPath: searchPath() };
  if (depth === 'quick' && JSON.stringify(record) === JSON.stringify(known)) return null;
  const problem = await tryOut(binding, manifest);
  if (problem !== null) return { part: 'binding', reason: problem };
  await writeJson(recordOf(location), record).catch(() => undefined); // a cache of somebody else: verified anew each time
  return null;
};

/** Of what others may change: what it is, and what to do. */
export const loadedAsCode =
  'which is loaded as code: see that it belongs to you or root and that nobody else may write to it (chown, chmod go-w), or set ESAM_LAB_CACHE to another folder';

/** What a process loads, relative to the library's folder: libraries, binding, kernels; in the same order each time. */
const pathsOf = async (location: string, manifest: Manifest, binding: string): Promise<string[]> => {
  const folder = dirname(binding);
  const modules = (await readdir(folder)).filter((name) => name.endsWith('.node')).map((name) => join(folder, name));
  return [...manifest.files.map(({ path }) => path), ...modules.map((path) => relative(location, path)).sort()];
};

/** @param before - how it was; a file of the same size and time is not read again. */
const recordFile = async (path: string, before: FileRecord | undefined): Promise<FileRecord> => {
  const { size, mtimeMs } = await stat(path);
  if (before?.sizeBytes === size && before.mtimeMs === mtimeMs) return before;
  const hash = createHash('sha256');
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash);
  return { sizeBytes: size, mtimeMs, sha256: hash.digest('hex') };
};

const tryOut = async (binding: string, { version }: Manifest): Promise<string | null> => {
  const { signal } = new AbortController();
  try {
    const found = await checkBinding(binding, signal);
    if (found !== null && found !== version)
      return `TensorFlow ${found} is loaded in the place of ${version}${foreign()}`;
  } catch (error) {
    if (error instanceof LabError) return `${error.message.trim()}${foreign()}`;
    throw error;
  }
  for (const name of (await readdir(dirname(binding))).filter((each) => /^esamKernels-.*\.node$/.test(each))) {
    const problem = await checkKernels(binding, join(dirname(binding), name), signal);
    if (problem !== null) return `the lab's kernels ${name} cannot be loaded (${problem})`;
  }
  return null;
};

const foreign = (): string =>
  searchPath() === ''
    ? ''
    : ` (LD_LIBRARY_PATH, which is ${searchPath()}, may lead to another TensorFlow: start ESAM Lab without it)`;

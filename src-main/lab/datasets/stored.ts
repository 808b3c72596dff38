import { existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import type { Dirent } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { ZodError } from 'zod';
import type { DatasetInfo } from '../../../shared/dataset.ts';
import { datasetFileNames, datasetFileProblem, datasetInfoSchema } from '../../../shared/dataset.ts';
import { imageManifestName } from '../../../shared/imageManifest.ts';
import { LabError } from '../../../shared/errors.ts';
import { readRegular } from '../../files/readRegular.ts';
import { remove } from '../../files/remove.ts';
import { infoFileName, unfinishedPrefix } from './save.ts';

/** What lies in a library's folder: whole sets by id, and what is wrong with the others. */
export interface StoredSets {
  readonly whole: Map<string, DatasetInfo>;
  readonly damaged: Map<string, LabError>;
  /** Why the folder itself cannot be used, in sentences; null where it can. */
  readonly problem: string | null;
}

/**
 * Reads every set's description, and compares its files' sizes with it.
 * @param how - `tidy` makes the folder and removes what an interrupted import left; `look` changes nothing.
 */
export const readStored = (folder: string, how: 'tidy' | 'look'): StoredSets => {
  const { entries, problem } = entriesOf(folder, how);
  const stored: StoredSets = { whole: new Map(), damaged: new Map(), problem };
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (!entry.isDirectory()) continue;
    if (entry.name.startsWith(unfinishedPrefix)) {
      if (how === 'tidy') remove('unfinishedImport', dirname(folder), basename(folder), entry.name);
    } else if (existsSync(join(path, infoFileName))) {
      try {
        stored.whole.set(entry.name, readSet(path, entry.name));
      } catch (error) {
        if (!(error instanceof LabError)) throw error;
        stored.damaged.set(entry.name, error);
      }
    }
  }
  return stored;
};

/** What a library says of a set, whether its files are whole or not; null where it says nothing that can be read. */
export const describedSet = (folder: string, id: string): DatasetInfo | null => {
  try {
    return datasetInfoSchema.parse(JSON.parse(readRegular(join(folder, id, infoFileName)).toString('utf8')));
  } catch {
    return null;
  }
};

/** A folder that cannot be made or read costs the data sets, not the workspace. */
const entriesOf = (folder: string, how: 'tidy' | 'look'): { entries: Dirent[]; problem: string | null } => {
  try {
    if (how === 'tidy') mkdirSync(folder, { recursive: true });
    return { entries: readdirSync(folder, { withFileTypes: true }), problem: null };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    const found =
      code === 'EEXIST' || code === 'ENOTDIR' ? 'something else lies in its place' : `it cannot be used (${code})`;
    const name = basename(folder);
    const problem = `The workspace has no folder "${name}" for data sets: ${found}. Nothing was changed. Move it away, or check its rights, and start again.`;
    return { entries: [], problem };
  }
};

/** @param path - the set's folder. @throws LabError DATASET_CORRUPT */
export const readSet = (path: string, id: string): DatasetInfo => {
  try {
    return described(path, id);
  } catch (error) {
    throw damagedSet(id, error);
  }
};

const described = (path: string, id: string): DatasetInfo => {
  const info = datasetInfoSchema.parse(JSON.parse(readRegular(join(path, infoFileName)).toString('utf8')));
  if (info.id !== id) throw new Error(`${infoFileName} is of "${info.id}"`);
  if (info.storage === 'files') {
    // Its SHA-256 is checked where it is read; the images themselves when they are decoded.
    if (sizeOf(path, imageManifestName) === 0) throw new Error(`${imageManifestName} is empty`);
    return info;
  }
  const imageBytes = info.height * info.width * info.channels;
  const sizes: [string, number][] = [
    [datasetFileNames.trainImages, info.trainCount * imageBytes],
    [datasetFileNames.trainLabels, info.trainCount],
    [datasetFileNames.testImages, info.testCount * imageBytes],
    [datasetFileNames.testLabels, info.testCount],
  ];
  for (const [fileName, expected] of sizes) {
    const size = sizeOf(path, fileName);
    if (size !== expected) throw new Error(`${fileName} has ${size} bytes, expected ${expected}`);
  }
  return info;
};

const sizeOf = (path: string, fileName: string): number => {
  const found = statSync(join(path, fileName));
  if (!found.isFile()) throw new Error(`${fileName} is no file`);
  return found.size;
};

const damagedSet = (id: string, cause: unknown): LabError => {
  if (cause instanceof Error && 'path' in cause && 'code' in cause && cause.code !== 'ENOTFILE')
    return new LabError('DATASET_CORRUPT', datasetFileProblem(String(cause.path), String(cause.code)), { cause });
  const found = foundIn(cause);
  return new LabError('DATASET_CORRUPT', `The data set "${id}" is damaged (${found}). Delete it and import it again.`, {
    cause,
  });
};

const foundIn = (cause: unknown): string => {
  if (cause instanceof SyntaxError || cause instanceof ZodError) return `${infoFileName} is not understood`;
  if (!(cause instanceof Error)) return String(cause);
  return cause.message;
};

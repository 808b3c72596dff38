import { existsSync, mkdirSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { DatasetInfo } from '../../../shared/dataset.ts';
import { datasetFileNames, datasetInfoSchema } from '../../../shared/dataset.ts';
import { imageManifestName } from '../../../shared/imageManifest.ts';
import { LabError } from '../../../shared/errors.ts';
import { remove } from '../../files/remove.ts';
import { infoFileName, unfinishedPrefix } from './save.ts';

/** What lies in a library's folder: whole sets by id, and what is wrong with the others. */
export interface StoredSets {
  readonly whole: Map<string, DatasetInfo>;
  readonly damaged: Map<string, LabError>;
}

/** Reads every set's description, compares its files' sizes with it, and removes what an interrupted import left. */
export const readStored = (folder: string): StoredSets => {
  mkdirSync(folder, { recursive: true });
  const stored: StoredSets = { whole: new Map(), damaged: new Map() };
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (!entry.isDirectory()) continue;
    if (entry.name.startsWith(unfinishedPrefix)) {
      remove('unfinishedImport', dirname(folder), basename(folder), entry.name);
    } else if (existsSync(join(path, infoFileName))) {
      try {
        stored.whole.set(entry.name, readSet(path, entry.name));
      } catch (error) {
        stored.damaged.set(entry.name, damagedSet(entry.name, error));
      }
    }
  }
  return stored;
};

/** What a library says of a set, whether its files are whole or not; null where it says nothing that can be read. */
export const describedSet = (folder: string, id: string): DatasetInfo | null => {
  try {
    return datasetInfoSchema.parse(JSON.parse(readFileSync(join(folder, id, infoFileName), 'utf8')));
  } catch {
    return null;
  }
};

const readSet = (path: string, id: string): DatasetInfo => {
  const info = datasetInfoSchema.parse(JSON.parse(readFileSync(join(path, infoFileName), 'utf8')));
  if (info.id !== id) throw new Error(`${infoFileName} is of "${info.id}"`);
  if (info.storage === 'files') {
    // Its SHA-256 is checked where it is read; the images themselves when they are decoded.
    if (statSync(join(path, imageManifestName)).size === 0) throw new Error(`${imageManifestName} is empty`);
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
    const { size } = statSync(join(path, fileName));
    if (size !== expected) throw new Error(`${fileName} has ${size} bytes, expected ${expected}`);
  }
  return info;
};

const damagedSet = (id: string, cause: unknown): LabError => {
  const found = cause instanceof Error && 'code' in cause ? 'a file cannot be read' : String(cause);
  return new LabError('DATASET_CORRUPT', `The data set "${id}" is damaged (${found}). Delete it and import it again.`, {
    cause,
  });
};

import { mkdir, mkdtemp, open, rename, statfs, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { DatasetInfo } from '../../../shared/dataset.ts';
import { datasetInfoSchema } from '../../../shared/dataset.ts';
import { LabError } from '../../../shared/errors.ts';
import { remove } from '../../files/remove.ts';
import { inMegabytes } from './fileBytes.ts';

/** Folders that an import is still filling; they never count as data sets. */
export const unfinishedPrefix = '.import-';
export const infoFileName = 'dataset.json';

/**
 * Writes a set into `<folder>/<info.id>`, whole or not at all: a temporary folder, every file synced, then one rename.
 * @param begun - that folder, where there is something in it already (`beginSet`).
 * @throws LabError WORKSPACE_UNWRITABLE if the disk is full or the folder cannot be written.
 */
export const save = async (
  folder: string,
  info: DatasetInfo,
  files: readonly (readonly [name: string, bytes: Uint8Array])[],
  signal: AbortSignal,
  begun: string | null = null,
): Promise<void> => {
  let unfinished = begun;
  const sizeBytes = files.reduce((sum, [, bytes]) => sum + bytes.length, 0);
  try {
    unfinished ??= await beginSet(folder);
    await requireRoom(unfinished, sizeBytes);
    for (const [name, bytes] of files) await writeSynced(join(unfinished, name), bytes, signal);
    const text = JSON.stringify(datasetInfoSchema.parse(info), null, 2);
    await writeSynced(join(unfinished, infoFileName), Buffer.from(`${text}\n`), signal);
    await syncFolder(unfinished);
    await rename(unfinished, join(folder, info.id));
    await syncFolder(folder);
  } catch (error) {
    if (unfinished !== null) dropBegun(unfinished);
    throw writeError(error, sizeBytes);
  }
};

/** A folder in which a set comes together. */
export const beginSet = async (folder: string): Promise<string> => {
  await mkdir(folder, { recursive: true });
  return mkdtemp(join(folder, unfinishedPrefix));
};

export const dropBegun = (unfinished: string): void => {
  const library = dirname(unfinished);
  remove('unfinishedImport', dirname(library), basename(library), basename(unfinished));
};

const writeSynced = (path: string, bytes: Uint8Array, signal: AbortSignal): Promise<void> =>
  writeFile(path, bytes, { flag: 'wx', flush: true, signal });

/** Makes renames in a folder last; Windows has no such call. */
const syncFolder = async (path: string): Promise<void> => {
  if (process.platform === 'win32') return;
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};

/** A set that has no room would take what is left from the database until that is known. */
const requireRoom = async (folder: string, sizeBytes: number): Promise<void> => {
  const { bavail, bsize } = await statfs(folder);
  if (bavail * bsize < sizeBytes) throw noRoom(sizeBytes, null);
};

const noRoom = (sizeBytes: number, cause: unknown): LabError =>
  new LabError(
    'WORKSPACE_UNWRITABLE',
    `The disk has no room for the data set's ${inMegabytes(sizeBytes)}. Free some space and import it again; nothing was kept.`,
    { cause },
  );

const writeError = (error: unknown, sizeBytes: number): unknown => {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return noRoom(sizeBytes, error);
  }
  if (code === 'EACCES' || code === 'EROFS' || code === 'EPERM' || code === 'EIO') {
    return new LabError(
      'WORKSPACE_UNWRITABLE',
      `The workspace's data set folder cannot be written (${code}). Check its rights and the disk, then import again; nothing was kept.`,
      { cause: error },
    );
  }
  return error;
};

import { mkdir, statfs } from 'node:fs/promises';
import { LabError } from '../../shared/errors.ts';
import { formatBytes } from './progress.ts';

/** Bytes that this user may still write to the folder's disk. */
export type MeasureSpace = (folder: string) => Promise<number>;

export const freeBytes: MeasureSpace = async (folder) => {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
};

const noSpace = (folder: string, found: string, neededBytes: number | null): LabError =>
  new LabError(
    'INSTALL_NO_SPACE',
    `The disk of ${folder} ${found}${neededBytes === null ? '' : `, but ${formatBytes(neededBytes)} are needed`}. ` +
      'Free some space there, or set ESAM_LAB_CACHE to a folder on another disk, and try again.',
  );

/** @throws LabError INSTALL_NO_SPACE when the folder's disk has less than `neededBytes` free. */
export const ensureSpace = async (folder: string, neededBytes: number, measure: MeasureSpace): Promise<void> => {
  await mkdir(folder, { recursive: true });
  const free = await measure(folder);
  if (free < neededBytes) throw noSpace(folder, `has ${formatBytes(free)} free`, neededBytes);
};

/** Turns "disk full" into its own error; every other error is passed on as it is. */
export const explainFull = (error: unknown, folder: string): unknown => {
  const code = error instanceof Error && 'code' in error ? error.code : null;
  return code === 'ENOSPC' || code === 'EDQUOT' ? noSpace(folder, 'became full during the installation', null) : error;
};

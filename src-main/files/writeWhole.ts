import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { notAFile, oddKind } from './readRegular.ts';
import { remove } from './remove.ts';
import { syncFolder } from './syncFolder.ts';
import { clearUnfinished, noteUnfinished } from './unfinished.ts';

/**
 * Writes a file whole or not at all: a temporary file beside it, flushed to the disk, then renamed. One that a killed process left is
 * removed here, too.
 * @throws Error of the file system, and one with the code ENOTFILE where something else than a file lies there, such as a device.
 */
export const writeWhole = (path: string, content: string | Uint8Array): Promise<void> =>
  whole(path, (unfinished) => writeFile(unfinished, content, { flag: 'wx', flush: true }));

/** As `writeWhole`, of what may be too large for the memory. @throws what the stream fails with, too. */
export const streamWhole = (path: string, content: Readable): Promise<void> =>
  whole(path, (unfinished) => pipeline(content, createWriteStream(unfinished, { flags: 'wx', flush: true })));

const whole = async (path: string, write: (unfinished: string) => Promise<void>): Promise<void> => {
  const odd = oddKind(path);
  if (odd !== null) throw notAFile(path, odd); // the new file would take the place of a device or a pipe
  clearUnfinished();
  const unfinished = resolve(`${path}.${randomUUID()}.part`);
  const forget = noteUnfinished('unfinishedText', unfinished);
  try {
    await write(unfinished);
    await rename(unfinished, path);
    syncIfPossible(dirname(unfinished));
  } catch (error) {
    remove('unfinishedText', dirname(unfinished), basename(unfinished));
    throw error;
  } finally {
    forget();
  }
};

/** The file is whole and in its place: where its folder may not be opened, a power cut within seconds brings the former one back, no worse. */
const syncIfPossible = (folder: string): void => {
  try {
    syncFolder(folder);
  } catch {
    return;
  }
};

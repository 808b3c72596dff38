import { randomUUID } from 'node:crypto';
import { rename, writeFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { remove } from './remove.ts';

/** Writes a file whole or not at all: a temporary file beside it, flushed to the disk, then renamed. @throws Error of the file system. */
export const writeWhole = async (path: string, content: string | Uint8Array): Promise<void> => {
  const unfinished = `${path}.${randomUUID()}.part`;
  try {
    await writeFile(unfinished, content, { flag: 'wx', flush: true });
    await rename(unfinished, path);
  } catch (error) {
    remove('unfinishedText', dirname(path), basename(unfinished));
    throw error;
  }
};

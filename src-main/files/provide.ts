import { closeSync, constants, copyFileSync, fsyncSync, linkSync, openSync } from 'node:fs';

/**
 * Gives a file another name, without a copy where the file system can; a copy is flushed to the disk.
 * @throws Error of the file system, EEXIST where the name is taken.
 */
export const provide = (source: string, target: string): void => {
  try {
    linkSync(source, target);
  } catch {
    copyFileSync(source, target, constants.COPYFILE_EXCL);
    const descriptor = openSync(target, 'r+');
    try {
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
  }
};

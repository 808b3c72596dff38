import { closeSync, constants, copyFileSync, fsyncSync, linkSync, lstatSync, openSync, renameSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { remove } from './remove.ts';

/**
 * Gives a checkpoint another name, without a copy where the file system can. A copy has that name only once it is whole and on the disk: until
 * then it is called as a checkpoint that is being written.
 * @throws Error of the file system, EEXIST where the name is taken.
 */
export const provide = (source: string, target: string): void => {
  try {
    linkSync(source, target);
  } catch (error) {
    if (lstatSync(target, { throwIfNoEntry: false }) !== undefined) throw error;
    const unfinished = `${target}.${process.pid}.part`;
    const clear = (): unknown => remove('unfinishedCheckpoint', dirname(target), basename(unfinished));
    clear(); // of a former process of this number
    try {
      copyWhole(source, unfinished);
      renameSync(unfinished, target);
    } catch (failure) {
      clear();
      throw failure;
    }
  }
};

/** The same under a name that says itself that the file is unfinished. What is cut short there is the caller's to remove. */
export const linkOrCopy = (source: string, unfinished: string): void => {
  try {
    linkSync(source, unfinished);
  } catch {
    copyWhole(source, unfinished);
  }
};

const copyWhole = (source: string, target: string): void => {
  copyFileSync(source, target, constants.COPYFILE_EXCL);
  const descriptor = openSync(target, 'r+');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
};

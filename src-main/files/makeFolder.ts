import { mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;

/**
 * Makes a folder, and those above it that are missing; one that is there stays as it is. Node's own way to make those above tries for ever where a
 * file system says of a folder that may not be made that the one above it is not there: /proc does, and where homes are mounted by need.
 * @throws Error as `mkdir`
 */
export const makeFolder = (path: string): void => {
  const missing: string[] = [];
  for (let at = resolve(path); !isFolder(at) && dirname(at) !== at; at = dirname(at)) missing.push(at);
  for (const folder of missing.reverse()) {
    try {
      mkdirSync(folder);
    } catch (error) {
      if (!isFolder(folder)) throw error; // else somebody else has just made it
    }
  }
};

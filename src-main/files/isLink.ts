import { lstatSync } from 'node:fs';

/** Whether a link lies there, wherever it leads. What cannot be looked at is met again where it is opened. */
export const isLink = (path: string): boolean => {
  try {
    return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
  } catch {
    return false;
  }
};

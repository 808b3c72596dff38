import { closeSync, constants, fstatSync, openSync, readFileSync, statSync } from 'node:fs';
import type { Stats } from 'node:fs';
import { basename } from 'node:path';

/** What lies in a file's place, in words; null for a regular file. */
const otherKind = (stats: Stats): string | null => {
  if (stats.isFile()) return null;
  if (stats.isDirectory()) return 'a folder';
  if (stats.isFIFO()) return 'a pipe';
  return stats.isSocket() ? 'a socket' : 'a device';
};

/** Of a path that leads, perhaps through links, to something else than a regular file: what that is. Null for a file, and for nothing. */
export const oddKind = (path: string): string | null => {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats === undefined ? null : otherKind(stats);
};

/**
 * Reads a file whole. A folder, pipe or device in its place is refused at once; reading a pipe would wait for ever.
 * @throws Error of the file system, and one with the code ENOTFILE that says what lies there.
 */
export const readRegular = (path: string): Buffer<ArrayBuffer> => {
  const descriptor = openRegular(path);
  try {
    return readFileSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
};

/** Opens a file to read. Throws as `readRegular` does; the caller closes the descriptor. */
export const openRegular = (path: string): number => {
  const withoutWaiting = process.platform === 'win32' ? 0 : constants.O_NONBLOCK;
  const descriptor = openSync(path, constants.O_RDONLY | withoutWaiting);
  try {
    const odd = otherKind(fstatSync(descriptor));
    if (odd !== null) throw notAFile(path, odd);
    return descriptor;
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
};

/** An error of the file system, so to speak: something else than a file lies at a path. */
export const notAFile = (path: string, odd: string): Error =>
  Object.assign(new Error(`${basename(path)} is ${odd}, not a file`), { code: 'ENOTFILE', syscall: 'open', path });

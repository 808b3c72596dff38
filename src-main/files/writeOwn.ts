import { closeSync, constants, openSync, writeFileSync } from 'node:fs';

// In a workspace that came from somebody else, or lies where others write, a name may be a link to any file of this user's, or a pipe that
// nobody reads. Windows has neither flag.
const { O_CREAT, O_WRONLY, O_TRUNC, O_APPEND } = constants;
const neitherLinkNorPipe = process.platform === 'win32' ? 0 : constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** Writes a small text of the lab's own under a name that it always has. @throws Error of the file system, also where a link or a pipe lies there. */
export const writeOwn = (path: string, text: string): void => write(path, text, O_TRUNC);

/** The same, after what is there. */
export const appendOwn = (path: string, text: string): void => write(path, text, O_APPEND);

const write = (path: string, text: string, how: number): void => {
  const descriptor = openSync(path, O_WRONLY | O_CREAT | how | neitherLinkNorPipe, 0o666);
  try {
    writeFileSync(descriptor, text);
  } finally {
    closeSync(descriptor);
  }
};

import { basename } from 'node:path';
import { LabError } from '../../shared/errors.ts';

/** What each refusal of the system means, and what to do about it. */
const meanings: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full. Make room on it and try again',
  EDQUOT: 'your share of the disk is used up. Make room on it and try again',
  EACCES: 'this user may not. Check the rights of the file and its folder and try again',
  EPERM: 'this user may not. Check the rights of the file and its folder and try again',
  EROFS: 'the disk is read-only. Choose a place that can be written and try again',
  EIO: 'the disk reported an error. Check it, and copy what is on it elsewhere',
  EMFILE: 'too many files are open. Close other programs, or raise the limit ("ulimit -n"), and try again',
  ENOTFILE: 'something else than a file lies there. Move it away, or choose another name, and try again',
  ENFILE: 'too many files are open on this machine. Close other programs and try again',
};

/** What a refusal of the system means and what to do, as the end of a sentence; null of one that is not known. */
export const meaningOf = (code: string): string | null => meanings[code] ?? null;

/**
 * An error of the system about a file in one sentence, as LabError WORKSPACE_UNWRITABLE with the error as its cause; any other error as it is.
 * Of the file only its name is said: the way there is nobody's business but this machine's.
 */
export const inFileWords = (error: unknown): unknown => {
  if (error instanceof LabError || !(error instanceof Error) || !('syscall' in error) || !('code' in error))
    return error;
  const code = String(error.code);
  const meaning = meaningOf(code);
  if (meaning === null) return error;
  const name = 'path' in error && typeof error.path === 'string' ? ` with ${basename(error.path)}` : '';
  return new LabError(
    'WORKSPACE_UNWRITABLE',
    `The system refused to ${String(error.syscall)}${name} (${code}): ${meaning}. Nothing that was stored is lost.`,
    { cause: error },
  );
};

import { basename } from 'node:path';
import { LabError } from '../../../shared/errors.ts';
import { inFileWords } from '../../files/fileFailures.ts';

const isFull = (code: string): boolean => ['SQLITE_FULL', 'ENOSPC', 'EDQUOT'].includes(code);
const isRefused = (code: string): boolean =>
  /^SQLITE_(READONLY|CANTOPEN|PERM)/.test(code) || ['EACCES', 'EPERM', 'EROFS'].includes(code);
const isDiskError = (code: string): boolean => code.startsWith('SQLITE_IOERR') || code === 'EIO';
const isInTheWay = (code: string): boolean => ['EEXIST', 'ENOTDIR', 'EISDIR', 'ELOOP', 'ENOTFILE'].includes(code);
const isDamaged = (code: string): boolean => /^SQLITE_(CORRUPT|NOTADB)/.test(code);
/** Our own processes keep apart by the workspace's lock: whoever holds the database knows nothing of it. */
const isHeld = (code: string): boolean => /^SQLITE_(BUSY|LOCKED|PROTOCOL)/.test(code);
const isExhausted = (code: string): boolean => ['EMFILE', 'ENFILE', 'ENOMEM', 'SQLITE_NOMEM'].includes(code);

/** An error of the database in words where the disk is to blame, as LabError WORKSPACE_UNWRITABLE or _DAMAGED; any other error as it is. */
export const inWords = (error: unknown): unknown => {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const unwritable = (message: string): LabError => new LabError('WORKSPACE_UNWRITABLE', message, { cause: error });
  if (isFull(code)) {
    return unwritable(`The workspace's disk is full (${code}). Make room on it; nothing that was stored is lost.`);
  }
  if (isRefused(code)) {
    return unwritable(`The workspace's database cannot be written (${code}). Check the rights of the folder.`);
  }
  if (isDiskError(code)) {
    return unwritable(
      `The workspace's disk reports an error (${code}): it may be failing, or have turned read-only. Check it; copy the workspace elsewhere.`,
    );
  }
  if (isDamaged(code)) {
    return new LabError(
      'WORKSPACE_DAMAGED',
      `A part of the workspace's database is damaged, and cannot be read (${code}). Close the lab, check the disk, and put a backup in place with "esam-lab restore"; the present files are kept.`,
      { cause: error },
    );
  }
  if (isInTheWay(code)) {
    return unwritable(
      `Something else lies where the workspace needs a file or folder of its own (${code}${nameIn(error)}). Move it away and try again.`,
    );
  }
  if (isHeld(code)) {
    return unwritable(
      `Another program has locked the workspace's database (${code}), such as a viewer of databases or a backup. Close it and try again; nothing that was stored is lost.`,
    );
  }
  if (isExhausted(code)) {
    return unwritable(
      `The system gives the lab no more open files or memory (${code}). Close other programs, or raise the limit ("ulimit -n"), and try again.`,
    );
  }
  return inFileWords(error);
};

/** What the system's error is about, without the way there. */
const nameIn = (error: unknown): string =>
  error instanceof Error && 'path' in error && typeof error.path === 'string' ? `: ${basename(error.path)}` : '';

/** The same functions, those of objects among them too, whose errors are in words. */
export const failingInWords = <T extends object>(functions: T): T =>
  new Proxy(functions, {
    get: (target, name, receiver) => {
      const member: unknown = Reflect.get(target, name, receiver);
      if (typeof member === 'object' && member !== null) return failingInWords(member);
      if (typeof member !== 'function') return member;
      return (...inputs: unknown[]): unknown => {
        try {
          return Reflect.apply(member, target, inputs);
        } catch (error) {
          throw inWords(error);
        }
      };
    },
  });

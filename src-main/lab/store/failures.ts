import { LabError } from '../../../shared/errors.ts';

const isFull = (code: string): boolean => ['SQLITE_FULL', 'ENOSPC', 'EDQUOT'].includes(code);
const isRefused = (code: string): boolean =>
  /^SQLITE_(READONLY|CANTOPEN|PERM)/.test(code) || ['EACCES', 'EPERM', 'EROFS'].includes(code);
const isDiskError = (code: string): boolean => code.startsWith('SQLITE_IOERR') || code === 'EIO';

/** An error of the database in words where the disk is to blame, as LabError WORKSPACE_UNWRITABLE; any other error as it is. */
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
    return unwritable(`The workspace's disk reports an error (${code}). Check it; copy the workspace elsewhere.`);
  }
  return error;
};

/** The same functions, whose errors are in words. */
export const failingInWords = <T extends object>(functions: T): T =>
  new Proxy(functions, {
    get: (target, name, receiver) => {
      const member: unknown = Reflect.get(target, name, receiver);
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

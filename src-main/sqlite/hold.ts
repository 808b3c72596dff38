import { sqliteCode } from './load.ts';
import type { OpenDatabase } from './load.ts';

/**
 * Holds a file against every other process, and against this one: an exclusive transaction on a database of its own, kept open. The operating
 * system ends it with the process, however the process ends, so nobody ever waits for a dead one.
 * @param waitMs - while others only look whether it is held, or try for it at the same moment: with none, two who do may both be refused,
 * though nobody has it. Nothing else happens in this process meanwhile.
 * @returns lets it go. The file stays: were it deleted, two could hold it.
 * @throws Error with the code SQLITE_BUSY where another has it.
 */
export const hold = (open: OpenDatabase, file: string, waitMs = 300): (() => void) => {
  const lock = open(file, { timeout: waitMs });
  try {
    lock.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    lock.close();
    throw error;
  }
  return () => void lock.close();
};

/** Whether somebody holds the file. Where it cannot even be looked at, nobody is known to. */
export const isHeld = (open: OpenDatabase, file: string): boolean => {
  try {
    const lock = open(file, { readonly: true, fileMustExist: true, timeout: 0 });
    try {
      lock.prepare('SELECT count(*) FROM sqlite_schema').get(); // an exclusive transaction of another keeps readers out
      return false;
    } finally {
      lock.close();
    }
  } catch (error) {
    return sqliteCode(error) === 'SQLITE_BUSY';
  }
};

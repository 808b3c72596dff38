import { constants, copyFileSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { LabError } from '../../../shared/errors.ts';
import { oddKind } from '../../files/readRegular.ts';
import { sqliteCode } from './database.ts';
import type { OpenDatabase } from './database.ts';

const lockName = 'lab.lock';

/**
 * Makes this process the workspace's only writer: an exclusive transaction on a database of its own, held open. The operating system
 * ends it with the process, however the process ends, so no stale lock can stay behind.
 * @returns the way to give the lock back.
 * @throws LabError WORKSPACE_BUSY if another process (or this one) holds it, WORKSPACE_UNWRITABLE if the file cannot be made.
 */
export const lockWorkspace = (open: OpenDatabase, folder: string): (() => void) => {
  const file = join(folder, lockName);
  try {
    const odd = oddKind(file);
    if (odd !== null) {
      throw new LabError(
        'WORKSPACE_UNWRITABLE',
        `Where the workspace's file ${lockName} should be lies ${odd}. Nothing was changed. Move it away, or choose another folder.`,
      );
    }
    return holdAfterRepair(open, file);
  } catch (error) {
    if (error instanceof LabError) throw error;
    if (sqliteCode(error) === 'SQLITE_BUSY') {
      throw new LabError(
        'WORKSPACE_BUSY',
        'Another ESAM Lab has this workspace open. Use that one, close it, or choose another workspace.',
        { cause: error },
      );
    }
    throw new LabError(
      'WORKSPACE_UNWRITABLE',
      'The workspace folder cannot be written. Check its permissions and the free disk space, or choose another folder.',
      { cause: error },
    );
  }
};

const hold = (open: OpenDatabase, file: string): (() => void) => {
  const lock = open(file, { timeout: 0 });
  try {
    lock.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    lock.close();
    throw error;
  }
  return () => void lock.close();
};

/**
 * A file that is no database cannot be held by anybody. Its content is kept beside it and it is emptied in place: another process that
 * does the same meanwhile locks the same file, not a second one.
 */
const holdAfterRepair = (open: OpenDatabase, file: string): (() => void) => {
  try {
    return hold(open, file);
  } catch (error) {
    if (sqliteCode(error) !== 'SQLITE_NOTADB' && sqliteCode(error) !== 'SQLITE_CORRUPT') throw error;
    copyFileSync(file, `${file}.aside-${new Date().toISOString().replace(/[-:.]/g, '')}`, constants.COPYFILE_EXCL);
    truncateSync(file);
    return hold(open, file);
  }
};

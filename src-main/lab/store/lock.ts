import { join } from 'node:path';
import { LabError } from '../../../shared/errors.ts';
import { sqliteCode } from './database.ts';
import type { OpenDatabase } from './database.ts';

/**
 * Makes this process the workspace's only writer: an exclusive transaction on a database of its own, held open. The operating system
 * ends it with the process, however the process ends, so no stale lock can stay behind.
 * @returns the way to give the lock back.
 * @throws LabError WORKSPACE_BUSY if another process (or this one) holds it, WORKSPACE_UNWRITABLE if the file cannot be made.
 */
export const lockWorkspace = (open: OpenDatabase, folder: string): (() => void) => {
  try {
    const lock = open(join(folder, 'lab.lock'), { timeout: 0 });
    try {
      lock.exec('BEGIN EXCLUSIVE');
    } catch (error) {
      lock.close();
      throw error;
    }
    return () => void lock.close();
  } catch (error) {
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

import type { Restored } from '../../shared/backup.ts';
import { describeBackups, listBackups, restore } from './store/backups.ts';
import { loadSqlite } from './store/database.ts';
import { inWords } from './store/failures.ts';
import { openStore } from './store/index.ts';
import { unnamed } from './store/holder.ts';
import { lockSoon } from './store/lock.ts';

export { describeBackups, listBackups };

/** Makes a backup of a workspace's database now. @returns its name. @throws LabError as `openStore` does. */
export const backUpWorkspace = async (folder: string, migrationsFolder: string, claim = unnamed): Promise<string> => {
  const store = await openStore(folder, migrationsFolder, claim);
  try {
    return await store.backUp();
  } finally {
    store.close();
  }
};

/**
 * Puts a backup in the database's place; the former files are kept.
 * @param name - null = the newest whole one.
 * @throws LabError WORKSPACE_BUSY, WORKSPACE_UNWRITABLE, BACKUP_NOT_FOUND; nothing was changed then.
 */
export const restoreWorkspace = async (folder: string, name: string | null, claim = unnamed): Promise<Restored> => {
  const open = await loadSqlite();
  const lock = await lockSoon(open, folder, claim);
  try {
    return restore(open, folder, name);
  } catch (error) {
    throw inWords(error);
  } finally {
    lock.release();
  }
};

const firstAfterMs = 60_000;
const everyMs = 3_600_000;

interface BackedUp {
  backUpIfDue(): Promise<string | null>;
}

/** Has a backup made a day in which something changed. @returns the way to end it, which waits for one that is being made. */
export const dailyBackups = (store: BackedUp): (() => Promise<void>) => {
  let running: Promise<unknown> = Promise.resolve();
  let isEnded = false;
  const look = (): void => {
    running = running
      .then(() => (isEnded ? null : store.backUpIfDue()))
      .catch((error: unknown) => {
        console.error('The daily backup could not be made:', error);
      });
  };
  const timers = [setTimeout(look, firstAfterMs), setInterval(look, everyMs)];
  timers.forEach((timer) => timer.unref());
  return async () => {
    isEnded = true;
    timers.forEach((timer) => clearInterval(timer));
    await running;
  };
};

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { LabError } from '../../shared/errors.ts';
import { hold } from '../sqlite/hold.ts';
import { loadSqlite, sqliteCode } from '../sqlite/load.ts';
import { cacheFolder } from './cacheFolder.ts';

/**
 * Runs `work` while this process, among all of this user's, holds the lock of this name; waits for another holder. One that was killed holds
 * nothing any more.
 * @param onWait - called once when another process holds the lock.
 */
export const withLock = async <T>(
  name: 'tensorflow' | 'electron',
  options: { readonly signal: AbortSignal; readonly onWait: () => void },
  work: () => Promise<T>,
): Promise<T> => {
  const open = await loadSqlite();
  await mkdir(cacheFolder(), { recursive: true });
  const take = (waitMs?: number): (() => void) | null => {
    try {
      return hold(open, join(cacheFolder(), `${name}.lock.db`), waitMs);
    } catch (error) {
      const code = sqliteCode(error);
      if (code === 'SQLITE_BUSY') return null;
      throw new LabError(
        'INSTALL_FAILED',
        `${cacheFolder()} cannot be written (${code ?? String(error)}). Check who owns that folder and the room on its disk, or set ESAM_LAB_CACHE to one that you may write to, and try again.`,
        { cause: error },
      );
    }
  };
  let release = take();
  if (release === null) options.onWait();
  while (release === null) {
    options.signal.throwIfAborted();
    await sleep(300, undefined, { signal: options.signal }).catch(() => undefined);
    release = take(0);
  }
  try {
    options.signal.throwIfAborted();
    return await work();
  } finally {
    release();
  }
};

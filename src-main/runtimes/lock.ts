import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { lock } from 'proper-lockfile';

const isHeld = (error: unknown): boolean => error instanceof Error && 'code' in error && error.code === 'ELOCKED';

/**
 * Runs `work` while this process, among all of this user's, holds the named lock in `folder`; waits for another holder.
 * A holder that died is outlived after ten seconds.
 * @param onWait - called once when another process holds the lock.
 * @param work - gets a signal that also aborts when the lock is lost.
 */
export const withLock = async <T>(
  folder: string,
  name: string,
  options: { readonly signal: AbortSignal; readonly onWait: () => void },
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> => {
  await mkdir(folder, { recursive: true });
  const lost = new AbortController();
  const take = (): Promise<() => Promise<void>> =>
    lock(join(folder, name), {
      realpath: false,
      stale: 10_000,
      update: 2_000,
      onCompromised: (error) => lost.abort(error),
    });
  let release: (() => Promise<void>) | null = null;
  for (let attempt = 0; release === null; attempt++) {
    options.signal.throwIfAborted();
    try {
      release = await take();
    } catch (error) {
      if (!isHeld(error)) throw error;
      if (attempt === 0) options.onWait();
      await sleep(300, undefined, { signal: options.signal }).catch(() => undefined);
    }
  }
  try {
    return await work(AbortSignal.any([options.signal, lost.signal]));
  } finally {
    if (!lost.signal.aborted) await release();
  }
};

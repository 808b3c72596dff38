import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { withLock } from '../../src-main/runtimes/lock.ts';

/** One of `racers` threads that all try for a new lock at the same moment, `rounds` times; who has to wait gives up. */
const { folder, rounds, racers, counts } = workerData as {
  readonly folder: string;
  readonly rounds: number;
  readonly racers: number;
  /** Two per round: who has come, and who has the lock or has given it up. */
  readonly counts: Int32Array;
};

const meet = (place: number): void => {
  Atomics.add(counts, place, 1);
  while (Atomics.load(counts, place) < racers);
};

const won: boolean[] = [];
for (let round = 0; round < rounds; round += 1) {
  process.env['ESAM_LAB_CACHE'] = join(folder, String(round));
  const waits = new AbortController();
  meet(2 * round);
  won.push(
    await withLock('electron', { signal: waits.signal, onWait: () => waits.abort() }, async () => {
      meet(2 * round + 1);
      return Promise.resolve(true);
    }).catch(() => {
      meet(2 * round + 1);
      return false;
    }),
  );
}
parentPort?.postMessage(won);

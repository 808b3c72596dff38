import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { beatEveryMs, cell, shortestStandstillMs, type HeartbeatStart } from './heartbeat.ts';

/** Zeros until a heartbeat is started: then nothing is left out. */
const cells = new BigInt64Array(new SharedArrayBuffer(2 * BigInt64Array.BYTES_PER_ELEMENT));
const nsPerMs = 1_000_000n;
const shortestNs = BigInt(shortestStandstillMs) * nsPerMs;
/** A beat that is due comes within a few milliseconds once the process runs again. */
const longestWaitMs = 5 * beatEveryMs;

/**
 * Lets a thread watch from now on whether this process stands still: stopped by a signal, frozen with its container, or suspended with the
 * machine. It beats while the main thread computes, so that a long step is none.
 */
export const watchStandstill = (): void => {
  const file = import.meta.url.endsWith('.ts') ? './heartbeatWorker.ts' : './heartbeatWorker.cjs';
  const workerData: HeartbeatStart = { cells, cores: availableParallelism() };
  const worker = new Worker(new URL(file, import.meta.url), { workerData });
  worker.unref();
  worker.on('error', (error) => {
    Atomics.store(cells, cell.lastBeatNs, 0n);
    console.error('Whether the process stands still is not known:', error);
  });
};

/** Milliseconds of a monotonic clock that rests while the process stands still for a second or more. For differences only. */
export const activeNow = (): number => {
  for (;;) {
    const stoodStill = Atomics.load(cells, cell.stoodStillNs);
    const now = process.hrtime.bigint();
    const lastBeat = Atomics.load(cells, cell.lastBeatNs);
    // The process may have begun to run again before its heartbeat did.
    if (lastBeat !== 0n && now - lastBeat > shortestNs) Atomics.wait(cells, cell.lastBeatNs, lastBeat, longestWaitMs);
    if (stoodStill === Atomics.load(cells, cell.stoodStillNs)) return Number(now - stoodStill) / 1e6;
  }
};

/** Milliseconds that the process stood still in all, as far as its heartbeat tells. */
export const standstillMs = (): number => Number(Atomics.load(cells, cell.stoodStillNs)) / 1e6;

import { workerData } from 'node:worker_threads';
import { beatEveryMs, cell, shortestStandstillMs, type HeartbeatStart } from './heartbeat.ts';

const { cells, cores } = workerData as HeartbeatStart;

/** Processor time of all threads of the process, in nanoseconds. */
const processorNs = (): bigint => {
  const { user, system } = process.cpuUsage();
  return 1000n * BigInt(user + system);
};
const beatNs = BigInt(beatEveryMs) * 1_000_000n;
const shortestNs = BigInt(shortestStandstillMs) * 1_000_000n;

let lastBeat = process.hrtime.bigint();
let lastProcessor = processorNs();

/** A beat that comes late, though the process cannot have computed for longer than between two beats, tells of a standstill. */
const beat = (): void => {
  const now = process.hrtime.bigint();
  const processor = processorNs();
  const gap = now - lastBeat;
  const couldCompute = 2n * beatNs * BigInt(cores);
  if (gap > shortestNs && processor - lastProcessor <= couldCompute)
    Atomics.add(cells, cell.stoodStillNs, gap - beatNs);
  lastBeat = now;
  lastProcessor = processor;
  // Last, so that who sees this beat sees also the standstill that it ended.
  Atomics.store(cells, cell.lastBeatNs, now);
  Atomics.notify(cells, cell.lastBeatNs);
};

setInterval(beat, beatEveryMs);
beat();

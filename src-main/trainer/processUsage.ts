import { performance } from 'node:perf_hooks';
import type { ProcessUsage } from '../../shared/metrics.ts';

/** Over less than this the share of processor time says nothing; then the reading before is given again. */
const shortestMs = 200;

/** Reads what this process takes of the machine, all its threads together; the first reading is over the time since this call. */
export const usageMeter = (): (() => ProcessUsage) => {
  let since = performance.now();
  let processor = process.cpuUsage();
  let last: ProcessUsage | null = null;
  return () => {
    const now = performance.now();
    if (last !== null && now - since < shortestMs) return last;
    const { user, system } = process.cpuUsage(processor); // microseconds
    const busyCores = (user + system) / 1000 / Math.max(1, now - since);
    since = now;
    processor = process.cpuUsage();
    last = { busyCores, residentBytes: process.memoryUsage.rss() };
    return last;
  };
};

import { cpus } from 'node:os';
import { performance } from 'node:perf_hooks';
import type { ProcessUsage } from '../../shared/metrics.ts';

/** Over less than this the share of processor time says nothing; then the reading before is given again. */
const shortestMs = 200;

/** Milliseconds that all cores of the machine have worked, whoever for, since it started. */
const workedMs = (): number =>
  cpus().reduce((sum, { times: { user, nice, sys, irq } }) => sum + user + nice + sys + irq, 0);

/** Reads what this process takes of the machine, all its threads together; the first reading is over the time since this call. */
export const usageMeter = (): (() => ProcessUsage) => {
  let since = performance.now();
  let processor = process.cpuUsage();
  let machine = workedMs();
  let last: ProcessUsage | null = null;
  return () => {
    const now = performance.now();
    if (last !== null && now - since < shortestMs) return last;
    const { user, system } = process.cpuUsage(processor); // microseconds
    const busyCores = (user + system) / 1000 / Math.max(1, now - since);
    const machineNow = workedMs();
    const othersBusyCores = Math.max(0, (machineNow - machine) / Math.max(1, now - since) - busyCores);
    machine = machineNow;
    since = now;
    processor = process.cpuUsage();
    last = { busyCores, othersBusyCores, residentBytes: process.memoryUsage.rss() };
    return last;
  };
};

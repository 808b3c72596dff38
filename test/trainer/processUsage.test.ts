import { performance } from 'node:perf_hooks';
import { expect, test } from 'vitest';
import { usageMeter } from '../../src-main/trainer/processUsage.ts';

test('busy cores are processor time over time, resident bytes grow with what is held', () => {
  const read = usageMeter();
  const start = performance.now();
  const first = process.cpuUsage();
  let spent = 0;
  while (spent < 0.4) {
    const { user, system } = process.cpuUsage(first);
    spent = (user + system) / 1e6;
  }
  const usage = read();
  // 0.4 s of processor time within so many seconds; other threads of this process may have worked as well.
  const expected = 0.4 / ((performance.now() - start) / 1000);
  expect(usage.busyCores).toBeGreaterThan(0.9 * expected);
  expect(usage.busyCores).toBeLessThan(expected + 1);

  // Read again at once, a moment would decide: the reading before holds.
  expect(read()).toBe(usage);

  const held = Buffer.alloc(2 ** 26, 1);
  const until = performance.now() + 250;
  while (performance.now() < until);
  expect(read().residentBytes).toBeGreaterThan(usage.residentBytes + 0.9 * held.length);
});

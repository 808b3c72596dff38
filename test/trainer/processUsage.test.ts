import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import { usageMeter } from '../../src-main/trainer/processUsage.ts';

test('busy cores are processor time over time, resident bytes grow with what is held', () => {
  const start = performance.now();
  const read = usageMeter();
  const first = process.cpuUsage();
  let spent = 0;
  while (spent < 0.4) {
    const { user, system } = process.cpuUsage(first);
    spent = (user + system) / 1e6;
  }
  const now = performance.now();
  const clock = vi.spyOn(performance, 'now').mockReturnValue(now); // however long this process has to wait for a core
  const usage = read();
  // 0.4 s of processor time within so many seconds; other threads of this process may have worked as well.
  const expected = 0.4 / ((now - start) / 1000);
  expect(usage.busyCores).toBeGreaterThan(0.9 * expected);
  expect(usage.busyCores).toBeLessThan(expected + 1);

  // Read again at once, a moment would decide: the reading before holds.
  expect(read()).toBe(usage);
  clock.mockRestore();

  const held = Buffer.alloc(2 ** 26, 1);
  const until = performance.now() + 250;
  while (performance.now() < until);
  expect(read().residentBytes).toBeGreaterThan(usage.residentBytes + 0.9 * held.length);
});

test('what another process takes of the machine is seen as of others, and not as of this one', async () => {
  const read = usageMeter();
  const other = spawn(process.execPath, ['-e', "console.log('on'); for (;;);"], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  await once(other.stdout, 'data');
  read();
  await pause(1500);
  const usage = read();
  other.kill();
  // On a crowded machine it gets less than a core, but then the others have the rest.
  expect(usage.othersBusyCores).toBeGreaterThan(0.5);
  expect(usage.busyCores).toBeLessThan(0.5);
});

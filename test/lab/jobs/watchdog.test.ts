import { spawn } from 'node:child_process';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { isStopped } from '../../../src-main/lab/jobs/isStopped.ts';
import { watchSilence } from '../../../src-main/lab/jobs/watchdog.ts';

// The clock and the timer are told apart: a machine that sleeps moves the one without the other.
let now = 0;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  vi.spyOn(performance, 'now').mockImplementation(() => now);
  now = 50_000;
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

/** The timer's next call comes so much later. */
const tickAfter = (ms: number): void => {
  now += ms;
  vi.advanceTimersToNextTimer();
};

test('it calls once when nothing was heard for as long as was said, and not before', () => {
  const onSilence = vi.fn();
  const watch = watchSilence(10_000, onSilence);
  for (let second = 1; second <= 9; second++) tickAfter(1000);
  watch.heard();
  for (let second = 1; second <= 9; second++) tickAfter(1000);
  expect(onSilence).not.toHaveBeenCalled();
  tickAfter(1000);
  expect(onSilence).toHaveBeenCalledOnce();
  expect(vi.getTimerCount()).toBe(0);
});

test('time in which this process stood still is no silence: the full time begins anew after it', () => {
  const onSilence = vi.fn();
  watchSilence(10_000, onSilence);
  tickAfter(8 * 3_600_000); // the lid was closed over night
  for (let second = 1; second <= 9; second++) tickAfter(1000);
  expect(onSilence).not.toHaveBeenCalled();
  tickAfter(1000);
  expect(onSilence).toHaveBeenCalledOnce();
});

test('ticks that a busy machine delays by up to five seconds count as silence', () => {
  const onSilence = vi.fn();
  watchSilence(10_000, onSilence);
  tickAfter(5000);
  tickAfter(5000);
  expect(onSilence).toHaveBeenCalledOnce();
});

test('nor is time in which who is listened to was stopped', () => {
  const onSilence = vi.fn();
  let isStopped = true;
  watchSilence(10_000, onSilence, () => isStopped);
  for (let second = 1; second <= 600; second++) tickAfter(1000);
  isStopped = false;
  for (let second = 1; second <= 9; second++) tickAfter(1000);
  expect(onSilence).not.toHaveBeenCalled();
  tickAfter(1000);
  expect(onSilence).toHaveBeenCalledOnce();
});

test('whether a process is stopped is what the system says of it', async () => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)']);
  const pid = child.pid ?? null;
  try {
    expect(isStopped(pid)).toBe(false);
    child.kill('SIGSTOP');
    if (process.platform === 'linux') await expect.poll(() => isStopped(pid)).toBe(true);
    child.kill('SIGCONT');
    await expect.poll(() => isStopped(pid)).toBe(false);
  } finally {
    child.kill('SIGKILL');
  }
  expect(isStopped(null)).toBe(false);
});

test('a watch that is stopped says nothing', () => {
  const onSilence = vi.fn();
  const watch = watchSilence(10_000, onSilence);
  watch.stop();
  now += 20_000;
  vi.advanceTimersByTime(20_000);
  expect(onSilence).not.toHaveBeenCalled();
});

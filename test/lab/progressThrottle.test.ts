import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { progressThrottle, type Progressed } from '../../src-main/lab/progressThrottle.ts';
import { stepOf } from './fixtures/metrics.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const progressOf = (...steps: readonly number[]): Progressed => ({
  type: 'progressed',
  runId: 1,
  epoch: 1,
  epochStep: steps.at(-1) ?? 0,
  epochSteps: 1000,
  imagesPerSecond: 100,
  activity: 'training',
  usage: { busyCores: 1, othersBusyCores: 0, residentBytes: 1e9 },
  steps: steps.map((step) => stepOf(step)),
});
const stepsOf = ({ steps }: Progressed): number[] => steps.map(({ step }) => step);

test('of a hundred reports a second two are passed on, with every step once and in order, and the newest place', () => {
  const told: Progressed[] = [];
  const { push } = progressThrottle((event) => told.push(event));
  for (let step = 1; step <= 100; step++) {
    push(progressOf(step));
    vi.advanceTimersByTime(10);
  }
  vi.advanceTimersByTime(500);
  // One at once, then one each 500 ms: of the second, and what was left at its end.
  expect(told).toHaveLength(3);
  expect(told.flatMap(stepsOf)).toEqual(Array.from({ length: 100 }, (_, index) => index + 1));
  for (const event of told) expect(event.epochStep).toBe(stepsOf(event).at(-1));
});

test('what ends an epoch passes on at once what is pending, and nothing twice', () => {
  const told: Progressed[] = [];
  const { push, flush } = progressThrottle((event) => told.push(event));
  push(progressOf(1));
  vi.advanceTimersByTime(1);
  push(progressOf(2, 3));
  flush();
  flush();
  expect(told.map(stepsOf)).toEqual([[1], [2, 3]]);
  vi.advanceTimersByTime(10_000);
  expect(told).toHaveLength(2);
});

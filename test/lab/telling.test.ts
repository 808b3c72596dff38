import fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { LabEvent } from '../../shared/labEvent.ts';
import { eventTelling } from '../../src-main/lab/telling.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

const logged = (text: string): LabEvent => ({
  ...{ type: 'logged', runId: 1, line: { at: '2026-01-01T00:00:00.000Z', level: 'info', text } },
});
const imported = (message: string): LabEvent => ({ type: 'importProgressed', message, share: null });

/** A client, with what it was told, a list a telling. */
const client = (everyMs = 1000) => {
  const told: unknown[][] = [];
  return { told, ...eventTelling(everyMs, (events) => told.push([...events])) };
};

test('events are told at once after a calm, and together a second later where they go on, two where a run just trains', () => {
  const { told, add } = client();
  add(logged('a'));
  vi.advanceTimersByTime(1);
  expect(told).toEqual([[logged('a')]]);
  add(logged('b'));
  vi.advanceTimersByTime(1500);
  add(logged('c'));
  expect(told).toHaveLength(1);
  vi.advanceTimersByTime(500);
  expect(told.slice(1)).toEqual([[logged('b'), logged('c')]]);
  add(logged('d'));
  vi.advanceTimersByTime(500);
  add(imported('e'));
  vi.advanceTimersByTime(490);
  expect(told).toHaveLength(2);
  vi.advanceTimersByTime(10);
  expect(told.slice(2)).toEqual([[logged('d'), imported('e')]]);
  vi.advanceTimersByTime(5000);
  add(logged('f'));
  vi.advanceTimersByTime(1);
  expect(told.slice(3)).toEqual([[logged('f')]]);
  const command = client(0);
  command.add(logged('g'));
  command.add(logged('h'));
  expect(command.told).toEqual([[logged('g')], [logged('h')]]);
});

test('what happened before an answer is told before it, once; whoever has gone is told nothing', () => {
  const { told, add, now, end } = client();
  now();
  add(logged('a'));
  now();
  vi.advanceTimersByTime(5000);
  expect(told).toEqual([[logged('a')]]);
  add(logged('b'));
  end();
  vi.advanceTimersByTime(5000);
  expect(told).toHaveLength(1);
});

test('of what stands for the whole only the last is told, where it came; lines and measurements all are, in order', () => {
  const event = fc.oneof(
    fc.string().map(logged),
    fc.string().map(imported),
    fc.constant<LabEvent>({ type: 'runsChanged' }),
  );
  fc.assert(
    fc.property(fc.array(event, { maxLength: 60 }), (events) => {
      const { told, add, now } = client();
      events.forEach(add);
      now();
      const wanted = events.filter(
        ({ type }, index) => type === 'logged' || events.slice(index + 1).every((later) => later.type !== type),
      );
      expect(told.flat()).toEqual(wanted);
    }),
  );
});

test('thousands of events do not pile up for a second, and telling takes a tenth of the time at most', () => {
  const { told, add } = client();
  for (let index = 0; index < 2500; index++) add(logged(String(index)));
  expect(told.map(({ length }) => length)).toEqual([1000, 1000]);
  let count = 0;
  const slow = eventTelling(1000, () => {
    count += 1;
    vi.advanceTimersByTime(300);
  });
  slow.add(imported('a'));
  vi.advanceTimersByTime(1);
  slow.add(imported('b'));
  vi.advanceTimersByTime(2998);
  expect(count).toBe(1);
  vi.advanceTimersByTime(2);
  expect(count).toBe(2);
});

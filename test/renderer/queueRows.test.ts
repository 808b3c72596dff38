import { expect, test } from 'vitest';
import { formatSoon } from '../../src-renderer/format.ts';
import { startTexts } from '../../src-renderer/queueRows.ts';

const now = Date.parse('2026-11-30T10:00:00');
const minutesMs = (count: number): number => 60_000 * count;
const about = (minutes: number): string => `about ${formatSoon(now + minutesMs(minutes), now)}`;
const [first, second, third] = [1, 2, 3].map((id) => ({ id, state: 'queued' as const }));
const waiting = [first, second, third].filter((run) => run !== undefined);
const left = new Map([
  [1, minutesMs(5)],
  [2, null],
  [3, minutesMs(1)],
]);

test('a run starts once what stands before it has ended, as far as that is known', () => {
  expect([...startTexts(waiting, left, now, null)]).toEqual([
    [1, about(0)],
    [2, about(5)],
  ]);
});

test('while speeds are measured before it, no time is promised', () => {
  expect([...startTexts(waiting, left, now, 'after the speeds')]).toEqual([[1, 'after the speeds']]);
  expect([...startTexts([], left, now, 'after the speeds')]).toEqual([]);
  // Speeds are measured while a run trains only where an item of the paper asks for it: that run has started.
  expect(startTexts([{ id: 9, state: 'running' }, ...waiting], left, now, 'after the speeds').get(9)).toBe(about(0));
});

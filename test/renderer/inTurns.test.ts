import { afterEach, expect, test, vi } from 'vitest';
import { inTurns } from '../../src-renderer/inTurns.ts';

afterEach(() => void vi.restoreAllMocks());

test('long work in turns does everything once, in its order, and lets others in between', async () => {
  let now = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => now);
  const did: (number | 'another')[] = [];
  const items = Array.from({ length: 20 }, (_, index) => index);
  const work = inTurns(items, (item) => {
    did.push(item);
    now += 3; // milliseconds: at 60 in all, every other task of the page would come late by four frames
  });
  expect(did).toEqual([0, 1, 2]); // no more than a frame can spare
  setTimeout(() => did.push('another'));
  await work;
  expect(did.filter((each) => each !== 'another')).toEqual(items);
  expect(did.indexOf('another')).toBeLessThan(10);
});

test('what takes no time is done at once', async () => {
  vi.spyOn(performance, 'now').mockReturnValue(0);
  const did: number[] = [];
  const work = inTurns([1, 2, 3], (item) => did.push(item));
  expect(did).toEqual([1, 2, 3]);
  await work;
});

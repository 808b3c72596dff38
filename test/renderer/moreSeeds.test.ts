import { expect, test } from 'vitest';
import { moreSeeds, seedsText } from '../../src-renderer/moreSeeds.ts';

test('as many seeds as are missing are proposed, the smallest that are not shared', () => {
  expect(moreSeeds([0, 1], [0, 1], 8)).toEqual([2, 3, 4, 5, 6, 7]);
  expect(moreSeeds([0, 2], [0, 2, 3], 4)).toEqual([1, 3]); // 3 is one side's only: the other gets it
  expect(moreSeeds([0, 1, 2], [0, 1, 2], 3)).toEqual([]);
  expect(moreSeeds([0], [0], null)).toEqual([1, 2]);
  expect(moreSeeds([0, 1], [0, 1], 1000)).toHaveLength(20);
  expect([seedsText([2, 3, 4]), seedsText([4]), seedsText([1, 3])]).toEqual(['2–4', '4', '1, 3']);
});

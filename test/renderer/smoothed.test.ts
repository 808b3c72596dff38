import { expect, test } from 'vitest';
import { smoothed } from '../../src-renderer/charts/smoothed.ts';

const ys = (values: readonly (number | null)[], weight: number): (number | null)[] =>
  smoothed(
    values.map((y, x) => ({ x, y })),
    weight,
  ).map(({ y }) => y);

test('a smoothed value is the mean of the values so far, each weighing w times its successor', () => {
  // With w = ½ the weights of three values are ¼, ½ and 1, together 7/4.
  const [first, second, third] = ys([8, 1, 3], 0.5);
  expect(first).toBe(8);
  expect(second).toBeCloseTo((0.5 * 8 + 1) / 1.5, 12);
  expect(third).toBeCloseTo((0.25 * 8 + 0.5 * 1 + 3) / 1.75, 12);
});

test('a value that was not finite stays a gap, and weighs nothing after it', () => {
  expect(ys([8, null, 1], 0.5)).toEqual([8, null, ys([8, 1], 0.5)[1]]);
});

test('a constant stays itself from the first point on, and weight 0 changes nothing', () => {
  ys([2.5, 2.5, 2.5, 2.5], 0.97).forEach((y) => expect(y).toBeCloseTo(2.5, 12));
  expect(ys([3, -1, 4, 1], 0)).toEqual([3, -1, 4, 1]);
});

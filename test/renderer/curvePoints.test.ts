import { expect, test } from 'vitest';
import { bandPath, curvePoints, gapsOf, linePath, pointNear } from '../../src-renderer/charts/curvePoints.ts';
import { gapsText } from '../../src-renderer/charts/gaps.ts';

/** Means at the epochs 1, 2 …; null where none was finite. */
const curveOf = (means: readonly (number | null)[]) => ({
  points: means.map((mean, index) => ({ x: index + 1, mean, sd: mean === null ? null : 0.5, n: 2 })),
});
const frame = { box: { x: 0, y: 0, width: 10, height: 10 }, x: (x: number) => x, y: (y: number) => y };
const strokes = (d: string): number => d.split('M').length - 1;

test('no line and no band leads across an epoch without a value, and nothing is told of it there', () => {
  const points = curvePoints(curveOf([1, 2, null, 4, 5]), 1);
  expect(linePath(points, frame)).toBe('M1 1L2 2M4 4L5 5');
  expect(bandPath(points, frame)).toBe('M1 1.5L2 2.5L2 1.5L1 0.5ZM4 4.5L5 5.5L5 4.5L4 3.5Z');
  expect([2, 3, 4].map((x) => pointNear(points, x, 0.5)?.y ?? null)).toEqual([2, null, 4]);
  // On an axis of time places between points are told of the nearer one, unless a gap is between.
  expect(pointNear(points, 1.4, 0.1)?.y).toBe(1);
  expect(pointNear(points, 3.6, 0.1)).toBeNull();
  expect(pointNear(points, 5.2, 0.1)).toBeNull();
});

test('a point alone between two gaps is seen, and one without neighbours too', () => {
  const points = curvePoints(curveOf([1, null, 3, null, 5]), 1);
  expect(strokes(linePath(points, frame))).toBe(3);
  expect(linePath(curvePoints(curveOf([null, 2, null]), 1), frame)).toBe('M1 2L3 2'); // two pixels around it
});

test('gaps are said: which line, and where', () => {
  const xs = gapsOf(curveOf([1, null, null, null, 5, null]));
  expect(xs).toEqual([2, 3, 4, 6]);
  expect(gapsOf(curveOf([null, 2, null, 4, null]), true)).toEqual([3]);
  const lines = [
    { name: 'SAM', xs },
    { name: 'SGD', xs: [] },
    { name: 'ESAM', xs: [9] },
  ];
  expect(gapsText(lines, 'epoch')).toBe('Gap: SAM at epoch 2–4, 6; ESAM at epoch 9');
  expect(gapsText([{ name: 'SAM', xs: [1.5, 2.25] }], 'active training time, s')).toBe(
    'Gap: SAM at active training time, s 1.5–2.25',
  );
  expect(gapsText([{ name: 'SAM', xs: [] }], 'epoch')).toBe('');
});

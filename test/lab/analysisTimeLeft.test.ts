import { expect, test } from 'vitest';
import { analysisSettingsSchema } from '../../shared/analyses/index.ts';
import { timeLeft } from '../../src-main/lab/analyses/timeLeft.ts';

const landscape = analysisSettingsSchema.parse({ kind: 'landscape', points: 5 });
const panel = analysisSettingsSchema.parse({
  ...{ kind: 'sharpness', apgdSteps: 20, directions: 20, eigenvalues: 1, draws: 30 },
});

test('of equal rows every one takes as long', () => {
  expect(timeLeft(landscape, 0, 2, 10_000)).toBeCloseTo(15_000, 6);
  expect(timeLeft(landscape, 0, 5, 25_000)).toBe(0);
});

test('rows that were there before are not of the pace', () => {
  // Two of them took the 10 s, not four.
  expect(timeLeft(landscape, 2, 4, 10_000)).toBeCloseTo(5000, 6);
});

test('the last rows of the sharpness panel are most of it', () => {
  // Ten of its twelve rows are 1 + 3 + 4 · 5 + 2 · (20 · 4 + 1) passes, a gradient being 3, and 2 · 2 · 20 of averages: 266. What is left are
  // 2 · 3 · 30 for the eigenvalue and 2 · 3 · 30 for the trace: 360.
  expect(timeLeft(panel, 0, 10, 26_600)).toBeCloseTo(36_000, 6);
});

test('no pace is told of no row, nor of a moment', () => {
  expect(timeLeft(landscape, 0, 0, 60_000)).toBeNull();
  expect(timeLeft(landscape, 3, 3, 60_000)).toBeNull();
  expect(timeLeft(landscape, 0, 1, 1999)).toBeNull();
});

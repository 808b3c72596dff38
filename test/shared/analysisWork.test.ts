import { expect, test } from 'vitest';
import { analysisSettingsSchema, analysisWork } from '../../shared/analyses/index.ts';

// 9 lines of 9 places each, and of the gradient's plane both gradients before the first: 81, and 81 + 3.
test('lines of a plane cost as many passes as they have places', () => {
  const plane = analysisSettingsSchema.parse({ kind: 'landscape', points: 9, pairs: 2 });
  expect(analysisWork(plane)).toEqual({ rows: 18, passes: 162 });
  expect(analysisWork(plane, 5)).toEqual({ rows: 18, passes: 117 });
  const adversarial = analysisSettingsSchema.parse({ kind: 'adversarialLandscape', points: 9 });
  expect(analysisWork(adversarial)).toEqual({ rows: 9, passes: 84 });
  expect(analysisWork(adversarial, 1).passes).toBe(72);
  expect(analysisWork(adversarial, 9).passes).toBe(0);
});

// Three eigenvalues of 30 products and 30 draws, of two gradients (three passes) each: 540 + 180 of 1 + 3 + 4·5 + 2·81 + 2·40 + 720.
test('rows of the sharpness panel cost from one pass to hundreds: the last two are most of it', () => {
  const panel = analysisSettingsSchema.parse({ kind: 'sharpness' });
  expect(analysisWork(panel)).toEqual({ rows: 12, passes: 986 });
  expect(analysisWork(panel, 10).passes).toBe(720);
  expect(analysisWork(panel, 11).passes).toBe(180);
});

import { expect, test } from 'vitest';
import { overheadFit } from '../../../src-main/lab/statistics/overheadFit.ts';

const saved = (k1: number, k2: number, layers: number, beta: number): number =>
  k1 * (1 - beta) + (k2 * (1 - beta)) / (layers * beta);
const grid = [10, 25, 50].flatMap((layers) => [0.1, 0.5, 0.9].map((beta) => ({ layers, beta })));

test('values of the formula give its coefficients back, and R² = 1', () => {
  const fit = overheadFit(grid.map((place) => ({ ...place, saved: saved(0.32, 0.13, place.layers, place.beta) })));
  expect(fit?.k1).toBeCloseTo(0.32, 12);
  expect(fit?.k2).toBeCloseTo(0.13, 12);
  expect(fit?.r2).toBeCloseTo(1, 12);
});

test('what is left is orthogonal to both columns, and R² is the share of the scatter about the mean that is explained', () => {
  // Disturbed by ± 0.01 in turn.
  const noisy = grid.map((place, index) => ({
    ...place,
    saved: saved(0.3, 0.1, place.layers, place.beta) + (index % 2 === 0 ? 0.01 : -0.01),
  }));
  const fit = overheadFit(noisy);
  if (fit === null) throw new Error('nine values determine two coefficients');
  const left = noisy.map((point) => point.saved - saved(fit.k1, fit.k2, point.layers, point.beta));
  const inner = (column: (layers: number, beta: number) => number): number =>
    noisy.reduce((sum, { layers, beta }, index) => sum + (left[index] ?? NaN) * column(layers, beta), 0);
  expect(inner((_, beta) => 1 - beta)).toBeCloseTo(0, 12);
  expect(inner((layers, beta) => (1 - beta) / (layers * beta))).toBeCloseTo(0, 12);
  const mean = noisy.reduce((sum, point) => sum + point.saved, 0) / noisy.length;
  const scatter = noisy.reduce((sum, point) => sum + (point.saved - mean) ** 2, 0);
  expect(fit.r2).toBeCloseTo(1 - left.reduce((sum, each) => sum + each * each, 0) / scatter, 12);
});

test('two values, or values of one Nβ alone, determine nothing', () => {
  expect(overheadFit(grid.slice(0, 2).map((place) => ({ ...place, saved: 0.1 })))).toBeNull();
  const same = [10, 20, 50].map((layers) => ({ layers, beta: 5 / layers, saved: 0.2 }));
  expect(overheadFit(same)).toBeNull();
});

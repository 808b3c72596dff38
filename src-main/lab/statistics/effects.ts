import { logGamma } from './distributions.ts';
import { mean, sampleSd } from './moments.ts';

/**
 * Hedges' g: the difference of the means in units of the pooled standard deviation, without the bias of small samples.
 * @returns null where either has fewer than two values, or nothing varies.
 * @see Hedges 1981: J(m) = Γ(m/2) / (√(m/2)·Γ((m − 1)/2)) with m degrees of freedom
 */
export const hedgesG = (sample: readonly number[], baseline: readonly number[]): number | null => {
  const [meanA, sdA, meanB, sdB] = [mean(sample), sampleSd(sample), mean(baseline), sampleSd(baseline)];
  if (meanA === null || sdA === null || meanB === null || sdB === null) return null;
  const df = sample.length + baseline.length - 2;
  const pooled = Math.sqrt(((sample.length - 1) * sdA ** 2 + (baseline.length - 1) * sdB ** 2) / df);
  return pooled === 0 ? null : ((meanA - meanB) / pooled) * smallSampleFactor(df);
};

export const smallSampleFactor = (df: number): number =>
  Math.exp(logGamma(df / 2) - logGamma((df - 1) / 2)) / Math.sqrt(df / 2);

/**
 * Holm's correction: p values of tests made together, so that the chance of any false alarm stays below the level of one.
 * Those that are null were no test.
 * @see Holm 1979
 */
export const holm = (pValues: readonly (number | null)[]): (number | null)[] => {
  const inOrder = pValues.flatMap((p, index) => (p === null ? [] : [{ p, index }])).sort((a, b) => a.p - b.p);
  const corrected: (number | null)[] = pValues.map(() => null);
  let largest = 0;
  inOrder.forEach(({ p, index }, rank) => {
    largest = Math.max(largest, Math.min(1, (inOrder.length - rank) * p));
    corrected[index] = largest;
  });
  return corrected;
};

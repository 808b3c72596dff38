import { mean, sampleSd } from './moments.ts';
import { studentTProbability, studentTQuantile } from './distributions.ts';

export interface WelchComparison {
  /** mean(sample) − mean(baseline). */
  readonly difference: number;
  /** 95 % confidence interval of the difference. */
  readonly low: number;
  readonly high: number;
  /** Two-sided, of no difference. */
  readonly pValue: number;
}

/**
 * Compares two independent samples whose variances may differ; null unless both have at least two values and those of one differ: without
 * any spread there is no saying how far chance goes.
 * @see Welch 1947; degrees of freedom after Satterthwaite 1946
 */
export const welch = (sample: readonly number[], baseline: readonly number[]): WelchComparison | null => {
  const [meanA, sdA, meanB, sdB] = [mean(sample), sampleSd(sample), mean(baseline), sampleSd(baseline)];
  if (meanA === null || sdA === null || meanB === null || sdB === null) return null;
  const difference = meanA - meanB;
  const varianceA = sdA ** 2 / sample.length;
  const varianceB = sdB ** 2 / baseline.length;
  const error = Math.sqrt(varianceA + varianceB);
  if (error === 0) return null;
  const df = error ** 4 / (varianceA ** 2 / (sample.length - 1) + varianceB ** 2 / (baseline.length - 1));
  const halfWidth = studentTQuantile(0.975, df) * error;
  return {
    difference,
    low: difference - halfWidth,
    high: difference + halfWidth,
    pValue: 2 * studentTProbability(-Math.abs(difference / error), df),
  };
};

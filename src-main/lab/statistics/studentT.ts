import { createRequire } from 'node:module';
import type tCdf from '@stdlib/stats-base-dists-t-cdf';
import type tQuantile from '@stdlib/stats-base-dists-t-quantile';

const require = createRequire(import.meta.url);
// Hundreds of files: loaded when first asked.
let probability: typeof tCdf | null = null;
let quantile: typeof tQuantile | null = null;

/** P(T ≤ t) of Student's distribution with `df` > 0 degrees of freedom (any real number). */
export const studentTProbability = (t: number, df: number): number => {
  probability ??= require('@stdlib/stats-base-dists-t-cdf') as typeof tCdf;
  return probability(t, df);
};

/**
 * The t with P(T ≤ t) = p.
 * @param p - strictly between 0 and 1.
 */
export const studentTQuantile = (p: number, df: number): number => {
  quantile ??= require('@stdlib/stats-base-dists-t-quantile') as typeof tQuantile;
  return quantile(p, df);
};

/** Loads the distributions, so that nobody has to wait for that later. */
export const loadDistributions = (): void => {
  studentTProbability(0, 1);
  studentTQuantile(0.5, 1);
};

import probability from '@stdlib/stats-base-dists-t-cdf';
import quantile from '@stdlib/stats-base-dists-t-quantile';

/** P(T ≤ t) of Student's distribution with `df` > 0 degrees of freedom (any real number). */
export const studentTProbability = (t: number, df: number): number => probability(t, df);

/**
 * The t with P(T ≤ t) = p.
 * @param p - strictly between 0 and 1.
 */
export const studentTQuantile = (p: number, df: number): number => quantile(p, df);

import { createRequire } from 'node:module';
import type gammaln from '@stdlib/math-base-special-gammaln';
import type tCdf from '@stdlib/stats-base-dists-t-cdf';
import type tQuantile from '@stdlib/stats-base-dists-t-quantile';

interface Distributions {
  readonly tCdf: typeof tCdf;
  readonly tQuantile: typeof tQuantile;
  readonly gammaln: typeof gammaln;
}

let loaded: Distributions | null = null;

/** Loads the distributions, so that nobody has to wait for that later. */
export const loadDistributions = (): Distributions =>
  (loaded ??= createRequire(import.meta.url)('./distributions.cjs') as Distributions);

/** P(T ≤ t) of Student's distribution with `df` > 0 degrees of freedom (any real number). */
export const studentTProbability = (t: number, df: number): number => loadDistributions().tCdf(t, df);

/**
 * The t with P(T ≤ t) = p.
 * @param p - strictly between 0 and 1.
 */
export const studentTQuantile = (p: number, df: number): number => loadDistributions().tQuantile(p, df);

/** ln Γ(x), x > 0. */
export const logGamma = (x: number): number => loadDistributions().gammaln(x);

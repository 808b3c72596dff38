import { mean, sampleSd } from './moments.ts';
import { signFlipP } from './permutation.ts';
import { studentTProbability, studentTQuantile } from './distributions.ts';

export interface PairedComparison {
  /** Seeds that both have. */
  readonly pairs: number;
  readonly difference: number;
  /** 95 % confidence interval of the mean difference, and its two-sided p; null for fewer than two pairs, and where all differ alike. */
  readonly low: number | null;
  readonly high: number | null;
  readonly pValue: number | null;
  /** Exact, of all choices of signs; null for more than 20 pairs. */
  readonly signFlipP: number | null;
  /** Seeds with which such an interval would exclude 0 in four of five repetitions, at the spread seen; null where there is no difference, or no spread. */
  readonly seedsNeeded: number | null;
}

/** Values by their seeds. */
type BySeed = readonly { readonly seed: number; readonly value: number }[];

/**
 * Compares runs that share their seeds, and with them initial weights and the order of the data, by their differences.
 * @returns null where no seed is shared.
 * @see Student 1908
 */
export const pairedBySeed = (sample: BySeed, baseline: BySeed): PairedComparison | null => {
  const others = new Map(baseline.map(({ seed, value }) => [seed, value]));
  const differences = sample.flatMap(({ seed, value }) => {
    const other = others.get(seed);
    return other === undefined ? [] : [value - other];
  });
  const difference = mean(differences);
  if (difference === null) return null;
  // Of accuracies in whole images two or three seeds easily differ by the same: a spread of 0 then is no certainty, but unknown.
  const largest = [...sample, ...baseline].reduce((most, { value }) => Math.max(most, Math.abs(value)), 0);
  const [pairs, sd] = [differences.length, sampleSd(differences, largest)];
  const exact = signFlipP(differences);
  if (sd === null || sd === 0) {
    return { pairs, difference, low: null, high: null, pValue: null, signFlipP: exact, seedsNeeded: null };
  }
  const error = sd / Math.sqrt(pairs);
  const halfWidth = studentTQuantile(0.975, pairs - 1) * error;
  return {
    ...{ pairs, difference, low: difference - halfWidth, high: difference + halfWidth, signFlipP: exact },
    pValue: 2 * studentTProbability(-Math.abs(difference / error), pairs - 1),
    seedsNeeded: seedsNeeded(difference, sd),
  };
};

const mostSeeds = 100_000;

/**
 * The smallest n with n ≥ (t₀.₉₇₅ + t₀.₈)²·(sd/difference)², both quantiles with n − 1 degrees of freedom: the paired t test then finds the
 * difference with 80 % power.
 * @returns null for no difference, and above 100,000.
 */
export const seedsNeeded = (difference: number, sd: number): number | null => {
  if (difference === 0) return null;
  const isEnough = (n: number): boolean =>
    n >= (studentTQuantile(0.975, n - 1) + studentTQuantile(0.8, n - 1)) ** 2 * (sd / difference) ** 2;
  // Quantiles of the normal distribution are below those of any t, so no smaller n is enough, and few larger ones are not.
  let n = Math.max(2, Math.floor((1.95996 + 0.84162) ** 2 * (sd / difference) ** 2));
  while (n <= mostSeeds && !isEnough(n)) n += 1;
  return n <= mostSeeds ? n : null;
};

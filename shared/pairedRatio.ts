import { z } from 'zod';
import { median } from './median.ts';

/** A ratio of two speeds, and its 95 % interval. */
export const pairedRatioSchema = z.strictObject({ ratio: z.number(), low: z.number(), high: z.number() });
export type PairedRatio = Readonly<z.infer<typeof pairedRatioSchema>>;

const tail = 0.025;

/**
 * How many times as fast as the baseline an arm is in one process: the median of the rounds' ratios, with the 95 % percentile interval of the
 * bootstrap over rounds. That holds for this process alone: another one's masks and memory lie elsewhere.
 * @param baselineMs - the baseline's time in each round. @param armMs - the arm's in the same rounds; an odd number of them.
 * @see Efron 1979, "Bootstrap methods", section 3: of an odd number of values the bootstrap distribution of the median has a closed
 * form, so that nothing is drawn.
 */
export const ratioOverRounds = (baselineMs: readonly number[], armMs: readonly number[]): PairedRatio => {
  if (baselineMs.length !== armMs.length || armMs.length % 2 === 0)
    throw new Error(`An odd number of rounds is needed; there are ${baselineMs.length} and ${armMs.length}.`);
  const ratios = baselineMs.map((ms, round) => ms / (armMs[round] ?? NaN)).sort((a, b) => a - b);
  const rank = lowRank(ratios.length);
  return { ratio: median(ratios), low: ratios[rank - 1] ?? NaN, high: ratios[ratios.length - rank] ?? NaN };
};

/** The least k for which the median of n values drawn again from n is the k-th smallest of them or less with more than 2.5 % probability. */
const lowRank = (n: number): number => {
  let rank = 1;
  while (medianAtMost(n, rank) <= tail) rank++;
  return rank;
};

/** P(median* ≤ x₍ₖ₎) = P(Bin(n, k/n) ≥ (n + 1)/2): at least half of the values drawn are among the k smallest. */
export const medianAtMost = (n: number, k: number): number => {
  const share = k / n;
  if (share >= 1) return 1;
  let logChoose = 0; // ln C(n, j)
  let sum = 0;
  for (let j = 0; j <= n; j++) {
    if (j > 0) logChoose += Math.log((n - j + 1) / j);
    if (j >= (n + 1) / 2) sum += Math.exp(logChoose + j * Math.log(share) + (n - j) * Math.log(1 - share));
  }
  return sum;
};

/** Half the interval's width relative to the ratio. */
export const relativeHalfWidth = ({ ratio, low, high }: PairedRatio): number => (high - low) / 2 / ratio;

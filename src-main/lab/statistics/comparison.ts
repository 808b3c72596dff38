import type { ResultsRow } from '../../../shared/result.ts';
import { hedgesG, holm } from './effects.ts';
import { pairedBySeed } from './paired.ts';
import { twoSampleP } from './permutation.ts';
import { welch } from './welch.ts';

type BySeed = readonly { readonly seed: number; readonly value: number }[];
type Comparison = NonNullable<ResultsRow['comparison']>;

const inPoints = (share: number | null): number | null => (share === null ? null : 100 * share);

/** What is known of a row against the baseline beside its gain; p values are not corrected yet. */
const compareOne = (sample: BySeed, baseline: BySeed): Comparison | null => {
  if (sample.length === 0 || baseline.length === 0) return null;
  const [values, others] = [sample.map(({ value }) => value), baseline.map(({ value }) => value)];
  const paired = pairedBySeed(sample, baseline);
  return {
    welchP: welch(values, others)?.pValue ?? null,
    welchHolmP: null,
    permutationP: twoSampleP(values, others),
    hedgesG: hedgesG(values, others),
    pairs: paired?.pairs ?? 0,
    pairedPoints: paired && {
      mean: 100 * paired.difference,
      low: inPoints(paired.low),
      high: inPoints(paired.high),
    },
    pairedP: paired?.pValue ?? null,
    pairedHolmP: null,
    signFlipP: paired?.signFlipP ?? null,
    seedsNeeded: paired?.seedsNeeded ?? null,
  };
};

/**
 * Compares the rows of a table with its baseline, and corrects their p values for being several (Holm).
 * @param rows - each row's accuracies by seed; null for the baseline itself.
 */
export const compareRows = (rows: readonly (BySeed | null)[], baseline: BySeed): (Comparison | null)[] => {
  const found = rows.map((row) => (row === null ? null : compareOne(row, baseline)));
  const welchHolm = holm(found.map((row) => row?.welchP ?? null));
  const pairedHolm = holm(found.map((row) => row?.pairedP ?? null));
  return found.map(
    (row, index) => row && { ...row, welchHolmP: welchHolm[index] ?? null, pairedHolmP: pairedHolm[index] ?? null },
  );
};

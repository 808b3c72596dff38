import type { OfSeed, ResultsTable } from '../result.ts';
import { column, overRow } from './column.ts';
import type { Column, Definition } from './column.ts';
import { alone, count, plainNumber, points, probability, share } from './formats.ts';
import type { Notation } from './formats.ts';

/** What the gain and its statistics are computed from, in words. */
export const accuracyNames = {
  last: 'last epoch',
  best: 'best epoch',
} as const satisfies Record<ResultsTable['accuracy'], string>;

const holmFormula = 'The k-th smallest of m values of p counts (m − k + 1) times, and never less than the one before';

/** A gain and its tests are computed from the compared accuracy of the runs on both sides. */
const ofBothSides = {
  over: 'accuracyBaseline',
  ofSeed: (seed: OfSeed, notation: Notation, { accuracy }: ResultsTable): string =>
    share.text(alone(accuracy === 'last' ? seed.lastTestAccuracy : seed.bestTestAccuracy), notation),
} as const;

/** Of which gain: " over SGD, last epoch". */
const ofWhich = (table: ResultsTable): string =>
  `${overRow(table, table.accuracyBaseline)}, ${accuracyNames[table.accuracy]}`;

export const gainColumn: Column = column({
  ...ofBothSides,
  ...{
    id: 'gain_points',
    short: 'Gain',
    format: points,
    outputs: ['screen', 'paper', 'terminal'],
    read: (row) => row.gainPoints,
  },
  note: 'Gain: difference of the means in percentage points, with the 95 % interval of Welch’s t where both have at least two seeds, and not all of them the same accuracy.',
  formula:
    '(x̄ − ȳ) ± t₀.₉₇₅,ν · √(s²ₓ/nₓ + s²ᵧ/nᵧ), ν after Satterthwaite (1946): (s²ₓ/nₓ + s²ᵧ/nᵧ)²/((s²ₓ/nₓ)²/(nₓ − 1) + (s²ᵧ/nᵧ)²/(nᵧ − 1))',
  header: (table) => `Gain${ofWhich(table)}, 95% CI`,
  help: "Test accuracy over the baseline's, with Welch's 95 % interval where both have at least two seeds, and not all of them the same accuracy; none where the baseline is of other data.",
});

/** Kept for data and for where there is room; a table that has it tells of which gain it is, and what it is. */
const ofGain = <V>({
  name,
  ...definition
}: Omit<Definition<V>, 'outputs' | 'header' | 'short'> &
  Partial<Pick<Definition<V>, 'header'>> & { readonly name: string }): Column =>
  column({
    ...ofBothSides,
    header: (table) => `${name}: gain${ofWhich(table)}`,
    short: name,
    note: `${name}: ${definition.help.charAt(0).toLowerCase()}${definition.help.slice(1)}`,
    ...definition,
    outputs: [],
  });

/** Tests of the gain, and its sizes: what is told of it where there is room. */
export const comparisonColumns: readonly Column[] = [
  ofGain({
    ...{ id: 'paired_gain_points', name: 'Gain, paired by seed', format: points },
    header: (table) => `Gain${ofWhich(table)}, paired by seed, 95% CI`,
    read: (row) => row.comparison?.pairedPoints ?? null,
    formula: 'd̄ ± t₀.₉₇₅,n₋₁ · s_d/√n over the differences dᵢ of runs of one seed',
    help: 'Mean of the differences between runs of one seed, with its t interval (Student 1908), which there is only where they differ: seeds that all gain the same tell nothing of chance.',
  }),
  ofGain({
    ...{ id: 'paired_seeds', name: 'Shared seeds', format: count },
    read: (row) => row.comparison?.pairs ?? null,
    help: 'Seeds that the row and the baseline share.',
  }),
  ofGain({
    ...{ id: 'paired_p', name: 'p, paired t test', format: probability },
    read: (row) => row.comparison?.pairedP ?? null,
    formula: '2 · P(T ≤ −|d̄| · √n/s_d), with n − 1 degrees of freedom',
    help: 'Two-sided p of the paired t test. Empty where every seed gains the same: sign flips are exact there too.',
  }),
  ofGain({
    ...{ id: 'paired_p_holm', name: 'p, paired t test, Holm', format: probability },
    read: (row) => row.comparison?.pairedHolmP ?? null,
    formula: holmFormula,
    help: 'Two-sided p of the paired t test, corrected over the rows of the table (Holm 1979).',
  }),
  ofGain({
    ...{ id: 'sign_flip_p', name: 'p, sign flips', format: probability },
    read: (row) => row.comparison?.signFlipP ?? null,
    formula: 'The share of all 2ⁿ choices of signs with |Σ ± dᵢ| ≥ |Σ dᵢ|',
    help: "Exact two-sided p over all choices of the differences' signs, to 20 shared seeds (Fisher 1935).",
  }),
  ofGain({
    ...{ id: 'welch_p', name: "p, Welch's test", format: probability },
    read: (row) => row.comparison?.welchP ?? null,
    formula: '2 · P(T ≤ −|x̄ − ȳ|/√(s²ₓ/nₓ + s²ᵧ/nᵧ)), with ν degrees of freedom',
    help: 'Two-sided p of the test whose interval stands with the gain (Welch 1947).',
  }),
  ofGain({
    ...{ id: 'welch_p_holm', name: "p, Welch's test, Holm", format: probability },
    read: (row) => row.comparison?.welchHolmP ?? null,
    formula: holmFormula,
    help: 'Two-sided p of Welch’s test, corrected over the rows of the table (Holm 1979).',
  }),
  ofGain({
    ...{ id: 'permutation_p', name: 'p, permutation', format: probability },
    read: (row) => row.comparison?.permutationP ?? null,
    formula: 'The share of all ways to choose nₓ of the nₓ + nᵧ runs with which the means differ by |x̄ − ȳ| or more',
    help: 'Exact two-sided p over all ways to split the runs in two groups, to 200,000 of them (Pitman 1937).',
  }),
  ofGain({
    ...{ id: 'hedges_g', name: "Hedges' g", format: plainNumber },
    read: (row) => row.comparison?.hedgesG ?? null,
    formula:
      'g = J(ν) · (x̄ − ȳ)/s, s² = ((nₓ − 1) · s²ₓ + (nᵧ − 1) · s²ᵧ)/ν, ν = nₓ + nᵧ − 2, J(ν) = Γ(ν/2)/(√(ν/2) · Γ((ν − 1)/2))',
    help: 'The gain in units of the pooled standard deviation, without the bias of small samples (Hedges 1981).',
  }),
  ofGain({
    ...{ id: 'seeds_needed', name: 'Seeds needed', format: count },
    read: (row) => row.comparison?.seedsNeeded ?? null,
    formula: 'The smallest n ≥ (t₀.₉₇₅,n₋₁ + t₀.₈,n₋₁)² · (s_d/d̄)²',
    help: 'Shared seeds with which the paired interval would exclude 0 with 80 % power, at the spread seen.',
  }),
];

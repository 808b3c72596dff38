import type { ResultsRow, ResultsTable } from '../../shared/result.ts';

/** Marks and curves of more groups than this hide one another. */
const mostDrawn = 60;

/** Keys of the groups that are too many to draw: charts have the baselines, and of the others those with the best accuracy. */
export const leftOutOf = ({ rows, accuracy, accuracyBaseline, speedBaseline }: ResultsTable): ReadonlySet<string> => {
  const isBaseline = ({ key }: ResultsRow): boolean => key === accuracyBaseline || key === speedBaseline;
  const reached = (row: ResultsRow): number =>
    (accuracy === 'last' ? row.lastTestAccuracy : row.bestTestAccuracy).mean ?? -1;
  const ranked = rows.toSorted((a, b) => Number(isBaseline(b)) - Number(isBaseline(a)) || reached(b) - reached(a));
  return new Set(ranked.slice(mostDrawn).map(({ key }) => key));
};

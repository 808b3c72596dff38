import type { ResultsRow, ResultsTable } from '../shared/result.ts';

/** Groups by how much they matter where there is no room for all: the baselines, and of the others those with the best accuracy first. */
export const rankedGroups = ({ rows, accuracy, accuracyBaseline, speedBaseline }: ResultsTable): ResultsRow[] => {
  const isBaseline = ({ key }: ResultsRow): boolean => key === accuracyBaseline || key === speedBaseline;
  const reached = (row: ResultsRow): number =>
    (accuracy === 'last' ? row.lastTestAccuracy : row.bestTestAccuracy).mean ?? -1;
  return rows.toSorted((a, b) => Number(isBaseline(b)) - Number(isBaseline(a)) || reached(b) - reached(a));
};

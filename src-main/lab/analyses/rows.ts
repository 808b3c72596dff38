import type { AnalysisRow } from '../../../shared/analyses/index.ts';

/** A value of a row; null where it is none, or was not finite. */
export const numberIn = (row: AnalysisRow, name: string): number | null => {
  const value = row[name];
  return typeof value === 'number' ? value : null;
};

/** A list of a row; empty where it has none. */
export const numbersIn = (row: AnalysisRow, name: string): readonly (number | null)[] => {
  const value = row[name];
  return Array.isArray(value) ? value : [];
};

/** The mean at each place of lists of one length; null where any of them has none. */
export const meanOfLists = (lists: readonly (readonly (number | null)[])[]): (number | null)[] =>
  (lists[0] ?? []).map((_, at) => {
    const values = lists.map((list) => list[at] ?? null).filter((value) => value !== null);
    return values.length < lists.length ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
  });

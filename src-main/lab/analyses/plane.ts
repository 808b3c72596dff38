import { evenly } from '../../../shared/analyses/analysis.ts';
import type { AnalysisRow } from '../../../shared/analyses/index.ts';
import { groupedBy } from '../../../shared/groupedBy.ts';
import { meanOfLists, numberIn, numbersIn } from './rows.ts';

/** Losses over a plane: values[j][i] at (xs[i], ys[j]). */
export interface Plane {
  readonly xs: readonly number[];
  readonly ys: readonly number[];
  readonly values: readonly (readonly (number | null)[])[];
}

type Lines = ReadonlyMap<number, readonly (number | null)[]>;

const pairOf = (row: AnalysisRow): number => numberIn(row, 'pair') ?? 0;

/**
 * The pairs of directions whose planes are whole in all of these analyses; the first alone, as far as it goes, where none is. A mean over
 * more would be over other planes from line to line, or from one group to the next.
 */
export const sharedPairs = (analyses: readonly (readonly AnalysisRow[])[], points: number): ReadonlySet<number> => {
  const whole = analyses.map(
    (rows) => new Set([...groupedBy(rows, pairOf)].flatMap(([pair, same]) => (same.length < points ? [] : [pair]))),
  );
  const shared = [...(whole[0] ?? [])].filter((pair) => whole.every((pairs) => pairs.has(pair)));
  return new Set(shared.length === 0 ? [0] : shared);
};

/** Those rows that are of these pairs. */
export const rowsOfPairs = (rows: readonly AnalysisRow[], pairs: ReadonlySet<number>): readonly AnalysisRow[] =>
  rows.filter((row) => pairs.has(pairOf(row)));

/**
 * Losses by the line of the grid, the mean over the pairs of directions. Rows of earlier versions have places that lie beside those of the grid
 * in their last digit.
 */
const linesOf = (rows: readonly AnalysisRow[], places: readonly number[]): Lines => {
  const last = places.length - 1;
  const half = places[last] ?? 1;
  const byLine = groupedBy(rows, (row) => Math.round((((numberIn(row, 'a') ?? 0) / half + 1) * last) / 2));
  return new Map([...byLine].map(([line, same]) => [line, meanOfLists(same.map((row) => numbersIn(row, 'losses')))]));
};

/** The mean plane of several analyses with the same settings, over the lines that all of them have; null with fewer than two. */
export const meanPlane = (
  analyses: readonly (readonly AnalysisRow[])[],
  { points, radius }: { readonly points: number; readonly radius: number },
): Plane | null => {
  const places = evenly(points, radius);
  const all = analyses.map((rows) => linesOf(rows, places));
  const shared = [...places.keys()].filter((line) => all.every((lines) => lines.has(line)));
  if (all.length === 0 || shared.length < 2) return null;
  const xs = shared.map((line) => places[line] ?? 0);
  const columns = shared.map((line) => meanOfLists(all.map((lines) => lines.get(line) ?? [])));
  return { xs, ys: places, values: places.map((_, row) => columns.map((column) => column[row] ?? null)) };
};

/** Places in order of their distance from 0; the first is the middle. */
const middleOf = (places: readonly number[]): number =>
  places.reduce((best, place, index) => (Math.abs(place) < Math.abs(places[best] ?? Infinity) ? index : best), 0);

/** The plane along its two axes, each through the place of the other that is nearest to θ. */
export const sectionsOf = ({ xs, ys, values }: Plane) => {
  const [column, row] = [middleOf(xs), middleOf(ys)];
  return {
    first: xs.map((x, index) => ({ x, y: values[row]?.[index] ?? null })),
    second: ys.map((x, index) => ({ x, y: values[index]?.[column] ?? null })),
  };
};

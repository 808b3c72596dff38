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

/** Losses by the place on the first axis, the mean over the pairs of directions that have come to it. */
const linesOf = (rows: readonly AnalysisRow[]): Lines => {
  const byPlace = groupedBy(rows, (row) => numberIn(row, 'a') ?? 0);
  return new Map([...byPlace].map(([a, same]) => [a, meanOfLists(same.map((row) => numbersIn(row, 'losses')))]));
};

/** The mean plane of several analyses with the same settings, over the lines that all of them have; null with fewer than two. */
export const meanPlane = (
  analyses: readonly (readonly AnalysisRow[])[],
  { points, radius }: { readonly points: number; readonly radius: number },
): Plane | null => {
  const all = analyses.map(linesOf);
  const [first, ...others] = all;
  const xs = [...(first?.keys() ?? [])].filter((a) => others.every((lines) => lines.has(a))).sort((a, b) => a - b);
  if (xs.length < 2) return null;
  const columns = xs.map((a) => meanOfLists(all.map((lines) => lines.get(a) ?? [])));
  const ys = evenly(points, radius);
  return { xs, ys, values: ys.map((_, row) => columns.map((column) => column[row] ?? null)) };
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

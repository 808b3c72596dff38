import type { GroupCurve } from '../result.ts';

type Points = readonly Pick<GroupCurve['points'][number], 'x' | 'mean' | 'sd'>[];

/**
 * The y axis that shows the later half of all curves, as wide as their means ± sd and a twentieth beyond; what lies outside, mostly the steep
 * beginning, is cut off. Null where nothing was measured.
 */
export const lateRange = (curves: readonly { readonly points: Points }[]): { min: number; max: number } | null => {
  const xs = curves.flatMap(({ points }) => points.map(({ x }) => x));
  // From the last half of the longest curve on; a curve that ended before shows its own end.
  const half = xs.reduce((most, x) => Math.max(most, x), 0) / 2;
  const shown = curves.flatMap(({ points }) => {
    const late = points.filter(({ x }) => x >= half);
    return late.length === 0 ? points.slice(-1) : late;
  });
  const ends = shown.flatMap(({ mean, sd }) => (mean === null ? [] : [mean - (sd ?? 0), mean + (sd ?? 0)]));
  if (ends.length === 0) return null;
  const min = ends.reduce((least, end) => Math.min(least, end), Infinity);
  const max = ends.reduce((most, end) => Math.max(most, end), -Infinity);
  const size = Math.max(Math.abs(min), Math.abs(max));
  const isSpread = max - min > Math.max(1e-9 * size, 1e-12); // less is how sums are rounded
  const beyond = isSpread ? (max - min) / 20 : Math.max(size / 100, 1e-6);
  return { min: min - beyond, max: max + beyond };
};

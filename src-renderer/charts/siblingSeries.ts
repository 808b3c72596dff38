import type { GroupCurve } from '../../shared/result.ts';
import type { RunSummary } from '../../shared/run.ts';
import { styleOf, variantsOf } from '../methodStyles.ts';
import type { Series } from './series.ts';

export interface SiblingSeries extends Series {
  readonly method: GroupCurve['method'];
  readonly variant: number;
}

/**
 * Pale means with bands, of groups that have finished runs; a run that is all of its own group is left out.
 * @param placed - where a point of a group's curve lies on the chart.
 */
export const siblingSeries = (
  curves: readonly GroupCurve[],
  { groupHash, state }: Pick<RunSummary, 'groupHash' | 'state'>,
  placed: (x: number) => number,
): SiblingSeries[] => {
  const variants = variantsOf(curves.map(({ method }) => method));
  return curves.flatMap((curve, index) => {
    const seeds = Math.max(0, ...curve.points.map(({ n }) => n));
    const isOnlyItself = curve.groupHash === groupHash && state === 'finished' && seeds === 1;
    if (seeds === 0 || isOnlyItself) return [];
    const variant = variants[index] ?? 0;
    const points = curve.points.map(({ x, mean, sd }) => ({ x: placed(x), y: mean, sd: sd ?? 0 }));
    return [
      {
        ...styleOf(curve.method, variant),
        ...{ method: curve.method, variant, points },
        id: `group ${curve.groupHash}`,
        name: `${curve.label}, n = ${seeds}`,
        band: points.map(({ x, y, sd }) => ({ x, low: (y ?? NaN) - sd, high: (y ?? NaN) + sd })),
        isFaint: true,
      },
    ];
  });
};

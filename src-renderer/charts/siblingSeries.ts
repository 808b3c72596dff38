import type { GroupCurve } from '../../shared/result.ts';
import type { RunSummary } from '../../shared/run.ts';
import { styleOf, variantsOf } from '../methodStyles.ts';
import { mostBands } from './chosenSiblings.ts';
import type { Series } from './series.ts';

export interface SiblingSeries extends Series {
  readonly groupHash: string;
  readonly method: GroupCurve['method'];
  readonly variant: number;
}

/**
 * Pale means of groups that have finished runs, with bands where they are few; a run that is all of its own group is left out.
 * @param placed - where a point of a group's curve lies on the chart. @param shown - hashes of the groups that are wished.
 */
export const siblingSeries = (
  curves: readonly GroupCurve[],
  { groupHash, state }: Pick<RunSummary, 'groupHash' | 'state'>,
  placed: (x: number) => number,
  shown: ReadonlySet<string>,
): SiblingSeries[] => {
  // Of all, so that leaving some out changes no other's mark.
  const variants = variantsOf(curves.map(({ method }) => method));
  const hasBands = shown.size <= mostBands;
  return curves.flatMap((curve, index) => {
    const seeds = Math.max(0, ...curve.points.map(({ n }) => n));
    const isOnlyItself = curve.groupHash === groupHash && state === 'finished' && seeds === 1;
    if (seeds === 0 || isOnlyItself || !shown.has(curve.groupHash)) return [];
    const variant = variants[index] ?? 0;
    const points = curve.points.map(({ x, mean, sd }) => ({ x: placed(x), y: mean, sd: sd ?? 0 }));
    return [
      {
        ...styleOf(curve.method, variant),
        ...{ groupHash: curve.groupHash, method: curve.method, variant, points },
        id: `group ${curve.groupHash}`,
        name: `${curve.label}, n = ${seeds}`,
        ...(hasBands && {
          band: points.map(({ x, y, sd }) => ({ x, low: (y ?? NaN) - sd, high: (y ?? NaN) + sd })),
        }),
        isFaint: true,
        isDim: !hasBands,
      },
    ];
  });
};

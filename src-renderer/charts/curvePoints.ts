import type { Frame } from '../../shared/figures/frame.ts';
import { polyline } from '../../shared/figures/scene.ts';
import type { GroupCurve } from '../../shared/result.ts';

/** A point of a group's curve in the units of the axes. */
export interface CurvePoint {
  readonly x: number;
  readonly y: number;
  readonly sd: number | null;
  readonly n: number;
  /** Before it lies a place without a value: no line leads here. */
  readonly isAfterGap: boolean;
}

type Measured = Pick<GroupCurve, 'points'>;

/** Points with a value; a fraction in percent has the factor 100. */
export const curvePoints = ({ points }: Measured, factor: number): CurvePoint[] =>
  points.flatMap(({ x, mean, sd, n }, index) =>
    mean === null
      ? []
      : [
          {
            x,
            y: factor * mean,
            sd: sd === null ? null : factor * sd,
            n,
            isAfterGap: points[index - 1]?.mean === null,
          },
        ],
  );

/** Where a curve has no value. @param isInner - only between two values: a difference ends where either of its curves does. */
export const gapsOf = ({ points }: Measured, isInner = false): number[] => {
  const isValue = ({ mean }: { readonly mean: number | null }): boolean => mean !== null;
  const [from, to] = isInner ? [points.findIndex(isValue), points.findLastIndex(isValue)] : [0, points.length];
  return points.slice(from, to).flatMap(({ x, mean }) => (mean === null ? [x] : []));
};

/** Points that a line may join. */
const stretchesOf = (points: readonly CurvePoint[]): CurvePoint[][] => {
  const stretches: CurvePoint[][] = [];
  for (const point of points) {
    const last = stretches.at(-1);
    if (last === undefined || point.isAfterGap) stretches.push([point]);
    else last.push(point);
  }
  return stretches;
};

/** A point alone between two gaps is a dash as long as this, in pixels. */
const alone = 2;

export const linePath = (points: readonly CurvePoint[], frame: Frame): string =>
  stretchesOf(points)
    .map((stretch) => {
      const places = stretch.map(({ x, y }) => [frame.x(x), frame.y(y)] as const);
      const [[x, y] = [0, 0]] = places;
      return polyline(
        places.length > 1
          ? places
          : [
              [x - alone / 2, y],
              [x + alone / 2, y],
            ],
      );
    })
    .join('');

/** One standard deviation above and below. */
export const bandPath = (points: readonly CurvePoint[], frame: Frame): string =>
  stretchesOf(points)
    .map((stretch) => {
      const edge = (sign: 1 | -1) =>
        stretch.map(({ x, y, sd }) => [frame.x(x), frame.y(y + sign * (sd ?? 0))] as const);
      return polyline([...edge(1), ...edge(-1).toReversed()], true);
    })
    .join('');

/**
 * The point next to x, before or behind; null where there is none: beyond the curve's ends, and in a gap.
 * @param reach - of a point, in units of x.
 */
export const pointNear = (points: readonly CurvePoint[], x: number, reach: number): CurvePoint | null => {
  const nearest = points.reduce<CurvePoint | null>(
    (best, point) => (best === null || Math.abs(point.x - x) < Math.abs(best.x - x) ? point : best),
    null,
  );
  if (nearest === null || Math.abs(nearest.x - x) <= reach) return nearest;
  const next = points.find((point) => point.x > x);
  const isBetween = next !== undefined && x > (points[0]?.x ?? Infinity) && !next.isAfterGap;
  return isBetween ? nearest : null;
};

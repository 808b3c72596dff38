import type { Frame } from '../../shared/figures/frame.ts';
import { polyline } from '../../shared/figures/scene.ts';
import type { GroupCurve } from '../../shared/result.ts';

/** A point of a group's curve in the units of the axes. */
export interface CurvePoint {
  readonly x: number;
  readonly y: number;
  readonly sd: number | null;
  readonly n: number;
}

/** Points with a value; a fraction in percent has the factor 100. */
export const curvePoints = ({ points }: GroupCurve, factor: number): CurvePoint[] =>
  points.flatMap(({ x, mean, sd, n }) =>
    mean === null ? [] : [{ x, y: factor * mean, sd: sd === null ? null : factor * sd, n }],
  );

export const linePath = (points: readonly CurvePoint[], frame: Frame): string =>
  polyline(points.map(({ x, y }) => [frame.x(x), frame.y(y)] as const));

/** One standard deviation above and below. */
export const bandPath = (points: readonly CurvePoint[], frame: Frame): string => {
  const edge = (sign: 1 | -1) => points.map(({ x, y, sd }) => [frame.x(x), frame.y(y + sign * (sd ?? 0))] as const);
  return polyline([...edge(1), ...edge(-1).toReversed()], true);
};

/** The point next to x, before or behind; null where there is none, and beyond the curve's ends. @param reach - beyond them, in units of x. */
export const pointNear = (points: readonly CurvePoint[], x: number, reach: number): CurvePoint | null => {
  const nearest = points.reduce<CurvePoint | null>(
    (best, point) => (best === null || Math.abs(point.x - x) < Math.abs(best.x - x) ? point : best),
    null,
  );
  const [first, last] = [points[0], points.at(-1)];
  if (nearest === null || first === undefined || last === undefined) return null;
  return x < first.x - reach || x > last.x + reach ? null : nearest;
};

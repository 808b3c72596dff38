import { ink } from '../ink.ts';
import type { pointShapes } from '../figure.ts';
import { polyline } from '../scene.ts';
import type { PathShape } from '../scene.ts';

type Shape = (typeof pointShapes)[number];
/** Of a quarter circle drawn as a cubic curve: 4/3·(√2 − 1). */
const quarter = 0.5523;
const two = (value: number): string => value.toFixed(2);

const circle = (x: number, y: number, r: number): string => {
  const k = quarter * r;
  const at = (dx: number, dy: number): string => `${two(x + dx)} ${two(y + dy)}`;
  return `M${at(r, 0)}C${at(r, k)} ${at(k, r)} ${at(0, r)}C${at(-k, r)} ${at(-r, k)} ${at(-r, 0)}C${at(-r, -k)} ${at(-k, -r)} ${at(0, -r)}C${at(k, -r)} ${at(r, -k)} ${at(r, 0)}Z`;
};

/** Corners around a centre: angles in degrees from the right, against the clock, and distances in radii. */
const corners = (
  x: number,
  y: number,
  r: number,
  polar: readonly (readonly [angle: number, distance: number])[],
): string =>
  polyline(
    polar.map(([angle, distance]) => {
      const turned = (angle * Math.PI) / 180;
      return [x + r * distance * Math.cos(turned), y - r * distance * Math.sin(turned)] as const;
    }),
    true,
  );

/** Four arms of length 1.35 and half-width 0.35, the first towards `first` degrees: each ends in two corners, and one lies between two arms. */
const arms = (first: number): (readonly [angle: number, distance: number])[] =>
  [0, 90, 180, 270].flatMap((turn) => [
    [first + turn - 14.5, 1.395] as const,
    [first + turn + 14.5, 1.395] as const,
    [first + turn + 45, 0.495] as const,
  ]);

const outlines: Readonly<Record<Shape, (x: number, y: number, r: number) => string>> = {
  circle,
  rect: (x, y, r) =>
    corners(
      x,
      y,
      r,
      [45, 135, 225, 315].map((angle) => [angle, 1.25] as const),
    ),
  triangle: (x, y, r) =>
    corners(
      x,
      y,
      r,
      [90, 210, 330].map((angle) => [angle, 1.3] as const),
    ),
  rectRot: (x, y, r) =>
    corners(
      x,
      y,
      r,
      [0, 90, 180, 270].map((angle) => [angle, 1.3] as const),
    ),
  star: (x, y, r) =>
    corners(
      x,
      y,
      r,
      Array.from({ length: 10 }, (_, index) => [90 + 36 * index, index % 2 === 0 ? 1.45 : 0.6] as const),
    ),
  cross: (x, y, r) => corners(x, y, r, arms(0)),
  crossRot: (x, y, r) => corners(x, y, r, arms(45)),
};

/** A mark; a hollow one lets the paper through, so that a line does not cross it; a small one is paler. */
export const symbol = (
  shape: Shape,
  x: number,
  y: number,
  color: string,
  { isHollow = false, isSmall = false }: { readonly isHollow?: boolean; readonly isSmall?: boolean } = {},
): PathShape => ({
  kind: 'path',
  d: outlines[shape](x, y, isSmall ? ink.smallMark : ink.mark),
  fill: isHollow ? ink.paper : color,
  stroke: isHollow ? color : ink.paper,
  width: isHollow ? 1 : 0.4,
  ...(isSmall && { opacity: 0.55 }),
});

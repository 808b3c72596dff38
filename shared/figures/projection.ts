import type { Surface } from './figure.ts';
import { heatColor, noValue } from './marks/heat.ts';
import type { Box } from './scene.ts';

export type Point = readonly [number, number];

/** A piece of a surface on paper. */
export interface Face {
  readonly corners: readonly Point[];
  readonly color: string;
}

/** Half the height of the box around a surface, where half its width is 1. */
const halfHeight = 0.62;

/**
 * Where places of a surface lie in a box of the paper, seen in parallel projection: its grid fills a square, the colour scale's ends are
 * bottom and top, and whatever the view, all of it stays in the box.
 */
export const projection = ({ xs, ys, low, high, view }: Omit<Surface, 'kind' | 'values' | 'name'>, box: Box) => {
  const [turn, tilt] = [(view.azimuth * Math.PI) / 180, (view.elevation * Math.PI) / 180];
  const [cosTurn, sinTurn, cosTilt, sinTilt] = [Math.cos(turn), Math.sin(turn), Math.cos(tilt), Math.sin(tilt)];
  const within = (value: number, from: number, to: number): number =>
    to > from ? (2 * (value - from)) / (to - from) - 1 : 0;
  const [left = 0, right = 1, front = 0, back = 1] = [xs[0], xs.at(-1), ys[0], ys.at(-1)];
  const reach = Math.abs(cosTurn) + Math.abs(sinTurn);
  const scale = Math.min(box.width / 2 / reach, box.height / 2 / (halfHeight * cosTilt + reach * sinTilt));
  const [centerX, centerY] = [box.x + box.width / 2, box.y + box.height / 2];
  /** On paper, and how far from the eye. */
  const place = (x: number, y: number, value: number): { readonly at: Point; readonly depth: number } => {
    const [u, v] = [within(x, left, right), within(y, front, back)];
    const up = halfHeight * within(Math.min(high, Math.max(low, value)), low, high);
    const [across, away] = [u * cosTurn - v * sinTurn, u * sinTurn + v * cosTurn];
    return {
      at: [centerX + scale * across, centerY - scale * (up * cosTilt + away * sinTilt)],
      depth: away * cosTilt - up * sinTilt,
    };
  };
  return { place, corners: { left, right, front, back } };
};

/** The faces between neighbouring places, the farthest first, so that nearer ones are painted over them. */
export const facesOf = (surface: Surface, box: Box): Face[] => {
  const { xs, ys, values, low, high } = surface;
  const { place } = projection(surface, box);
  const at = (column: number, row: number) => {
    const value = values[row]?.[column] ?? null;
    return { value, ...place(xs[column] ?? 0, ys[row] ?? 0, value ?? high) };
  };
  const grid = ys.map((_, row) => xs.map((__, column) => at(column, row)));
  const faces = grid.slice(1).flatMap((nearer, row) =>
    nearer.slice(1).flatMap((corner, column) => {
      const [a, b, d] = [grid[row]?.[column], grid[row]?.[column + 1], nearer[column]];
      if (a === undefined || b === undefined || d === undefined) return [];
      const around = [a, b, corner, d];
      const found = around.flatMap(({ value }) => (value === null ? [] : [value]));
      const share = (found.reduce((sum, value) => sum + value, 0) / found.length - low) / (high - low);
      return [
        {
          corners: around.map((each) => each.at),
          color: found.length < around.length ? noValue : heatColor(share),
          depth: around.reduce((sum, { depth }) => sum + depth, 0),
        },
      ];
    }),
  );
  return faces.sort((a, b) => b.depth - a.depth);
};

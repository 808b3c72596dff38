import type { Surface } from '../figure.ts';
import { ink } from '../ink.ts';
import { facesOf, projection, type Point } from '../projection.ts';
import { polyline } from '../scene.ts';
import type { Box, PathShape, TextShape } from '../scene.ts';
import { textWidth } from '../textWidth.ts';
import { linearTicks } from '../ticks.ts';

type Corner = readonly [number, number];

/** The floor's corners in order around it. */
const floorOf = ({ left, right, front, back }: ReturnType<typeof projection>['corners']): Corner[] => [
  [left, front],
  [right, front],
  [right, back],
  [left, back],
];

/** The outline of the floor. */
export const floorLine = (surface: Surface, box: Box): Point[] => {
  const { place, corners } = projection(surface, box);
  return floorOf(corners).map(([x, y]) => place(x, y, surface.low).at);
};

/** A surface over the outline of its floor, as pieces painted one over another. */
export const drawSurface = (surface: Surface, box: Box): PathShape[] => {
  return [
    { kind: 'path', d: polyline(floorLine(surface, box), true), stroke: ink.axis, width: ink.width.axis },
    ...facesOf(surface, box).map(({ corners: around, color }): PathShape => {
      // An edge of its own colour: no white seams between neighbours.
      return { kind: 'path', d: polyline(around, true), fill: color, stroke: color, width: 0.5 };
    }),
  ];
};

export interface SurfaceAxes {
  /** Lines, from point to point. */
  readonly lines: readonly (readonly Point[])[];
  readonly texts: readonly { readonly at: Point; readonly text: string; readonly anchor: 'start' | 'middle' | 'end' }[];
}

/**
 * The names of the two edges of the floor that are nearest to the eye, and the upright at the far left with its values.
 * @param size - of the letters.
 */
export const surfaceAxes = (
  surface: Surface,
  box: Box,
  [xLabel, yLabel]: readonly [string, string],
  size: number = ink.size.tick,
): SurfaceAxes => {
  const { place, corners } = projection(surface, box);
  const floor = floorOf(corners).map(([x, y]) => ({ x, y, ...place(x, y, surface.low) }));
  const edges = floor.map((from, index) => {
    const to = floor[(index + 1) % 4] ?? from;
    return { from, to, isX: index % 2 === 0, depth: from.depth + to.depth, at: middle(from.at, to.at) };
  });
  const nearest = [true, false].flatMap(
    (isX) => edges.filter((edge) => edge.isX === isX).sort((a, b) => a.depth - b.depth)[0] ?? [],
  );
  const [leftmost] = floor.toSorted((a, b) => a.at[0] - b.at[0]);
  const upright = (value: number): Point => place(leftmost?.x ?? 0, leftmost?.y ?? 0, value).at;
  const isFlat = Math.abs(upright(surface.low)[1] - upright(surface.high)[1]) < 20;
  return {
    lines: isFlat ? [] : [[upright(surface.low), upright(surface.high)]],
    texts: [
      ...nearest.map(({ at: [x, y], isX }) => {
        const across = x - (box.x + box.width / 2);
        const isMiddle = Math.abs(across) < 4;
        return {
          at: [x + (isMiddle ? 0 : Math.sign(across) * 4), y + (isMiddle ? 1.8 : 1.2) * size] as const,
          text: isX ? xLabel : yLabel,
          anchor: isMiddle ? ('middle' as const) : across < 0 ? ('end' as const) : ('start' as const),
        };
      }),
      ...(isFlat ? [] : linearTicks(surface.low, surface.high, 3)).map(({ at, text }) => {
        const [x, y] = upright(at);
        return { at: [x - 3, y + 2.5] as const, text, anchor: 'end' as const };
      }),
    ],
  };
};

const middle = (a: Point, b: Point): Point => [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];

export const drawSurfaceAxes = (
  surface: Surface,
  box: Box,
  labels: readonly [string, string],
  outer: Box,
): (PathShape | TextShape)[] => {
  const { lines, texts } = surfaceAxes(surface, box, labels);
  /** No name leaves its panel for the neighbour's. */
  const within = (x: number, text: string, anchor: 'start' | 'middle' | 'end'): number => {
    const width = textWidth(text, ink.size.tick);
    const before = anchor === 'start' ? 0 : anchor === 'middle' ? width / 2 : width;
    return Math.min(outer.x + outer.width - (width - before), Math.max(outer.x + before, x));
  };
  return [
    ...lines.map((line): PathShape => ({ kind: 'path', d: polyline(line), stroke: ink.axis, width: ink.width.axis })),
    ...texts.map(({ at: [x, y], text, anchor }): TextShape => ({
      ...{ kind: 'text', x: within(x, text, anchor), y, text, anchor },
      ...{ size: ink.size.tick, color: ink.text, hasHalo: true },
    })),
  ];
};

import { contour } from '../contours.ts';
import type { Heat } from '../figure.ts';
import type { Frame } from '../frame.ts';
import { ink } from '../ink.ts';
import { linearTicks } from '../ticks.ts';
import { rectangle, segment } from '../scene.ts';
import type { Box, PathShape, TextShape } from '../scene.ts';

/** Cividis (Nuñez et al. 2018): one order of lightness for every kind of sight, and in greyscale; dark is low. */
const scale: readonly (readonly [number, number, number])[] = [
  ...([
    [0, 34, 78],
    [18, 53, 112],
    [59, 73, 108],
    [87, 93, 109],
    [112, 113, 115],
  ] as const),
  ...([
    [138, 134, 121],
    [165, 156, 116],
    [195, 179, 105],
    [225, 204, 85],
    [254, 232, 56],
  ] as const),
];

/** @param share - 0–1 along the scale; what lies outside has the colour of the end. */
export const heatColor = (share: number): string => {
  const place = Math.min(1, Math.max(0, Number.isFinite(share) ? share : 1)) * (scale.length - 1);
  const at = Math.min(scale.length - 2, Math.floor(place));
  const [low, high] = [scale[at], scale[at + 1]];
  const part = place - at;
  const channel = (index: 0 | 1 | 2): string =>
    Math.round((low?.[index] ?? 0) * (1 - part) + (high?.[index] ?? 0) * part)
      .toString(16)
      .padStart(2, '0');
  return `#${channel(0)}${channel(1)}${channel(2)}`;
};

/** Halfway to the neighbours. */
const edgesOf = (places: readonly number[]): number[] => {
  const middles = places.slice(1).map((place, index) => (place + (places[index] ?? place)) / 2);
  const [first = 0, last = 0] = [places[0], places.at(-1)];
  return [first, ...middles, last];
};

/** Where the value is not finite: no colour of the scale. */
export const noValue = '#d9d9d9';

export const drawHeat = ({ xs, ys, values, low, high, contours }: Heat, frame: Frame): PathShape[] => {
  const [xEdges, yEdges] = [edgesOf(xs).map(frame.x), edgesOf(ys).map(frame.y)];
  const cells = values.flatMap((row, j) =>
    row.map((value, i): PathShape => {
      const [left = 0, right = 0, bottom = 0, top = 0] = [xEdges[i], xEdges[i + 1], yEdges[j], yEdges[j + 1]];
      const fill = value === null ? noValue : heatColor((value - low) / (high - low));
      // An edge of its own colour, half a point: no seams between neighbours, also where the figure is shown enlarged.
      const box = { x: left, y: top, width: right - left, height: bottom - top };
      return { kind: 'path', d: rectangle(box), fill, stroke: fill, width: 0.5 };
    }),
  );
  const lines = contours.map((level): PathShape => {
    const pieces = contour(xs, ys, values, level);
    const d = pieces
      .map(([[x1, y1], [x2, y2]]) => segment(frame.x(x1), frame.y(y1), frame.x(x2), frame.y(y2)))
      .join('');
    const isDark = (level - low) / (high - low) < 0.5;
    return { kind: 'path', d, stroke: isDark ? '#ffffff' : '#000000', width: 0.5, opacity: 0.8 };
  });
  return [...cells, ...lines.filter(({ d }) => d !== '')];
};

const steps = 48;

/** The colour scale beside a panel, with its values. */
export const drawScale = (
  { low, high, name }: Pick<Heat, 'low' | 'high' | 'name'>,
  box: Box,
): (PathShape | TextShape)[] => {
  const yOf = (value: number): number => box.y + box.height * (1 - (value - low) / (high - low));
  const bars = Array.from({ length: steps }, (_, index): PathShape => {
    const [from, to] = [index / steps, (index + 1) / steps];
    const fill = heatColor((from + to) / 2);
    const part = { x: box.x, y: box.y + box.height * (1 - to), width: box.width, height: box.height / steps };
    return { kind: 'path', d: rectangle(part), fill, stroke: fill, width: 0.5 };
  });
  const ticks = linearTicks(low, high, 4).map(({ at, text }): TextShape => {
    const place = { x: box.x + box.width + 3, y: yOf(at) + ink.size.tick * 0.35 };
    return { kind: 'text', ...place, text, size: ink.size.tick, anchor: 'start', color: ink.text };
  });
  const title: TextShape = {
    ...{ kind: 'text', x: box.x + box.width, y: box.y - 4, text: name, size: ink.size.tick },
    ...{ anchor: 'end', color: ink.text },
  };
  return [...bars, ...ticks, title];
};

import type { Item, Series } from '../figure.ts';
import type { Frame } from '../frame.ts';
import { ink } from '../ink.ts';
import { polyline, segment } from '../scene.ts';
import type { PathShape } from '../scene.ts';
import { symbol } from './symbol.ts';

const cap = 2.2;

const errorBars = ({ x, y, xLow, xHigh, yLow, yHigh }: Item, frame: Frame, color: string): PathShape[] => {
  const bar = (d: string): PathShape => ({ kind: 'path', d, stroke: color, width: ink.width.error });
  const [px, py] = [frame.x(x), frame.y(y)];
  const along = (low: number, high: number, isX: boolean): PathShape[] => {
    const [a, b] = isX ? [frame.x(low), frame.x(high)] : [frame.y(low), frame.y(high)];
    const line = (u: number, v: number, w: number, z: number): PathShape =>
      bar(isX ? segment(u, v, w, z) : segment(v, u, z, w));
    const across = isX ? py : px;
    return [line(a, across, b, across), ...[a, b].map((end) => line(end, across - cap, end, across + cap))];
  };
  return [
    ...(xLow !== undefined && xHigh !== undefined && xLow < xHigh ? along(xLow, xHigh, true) : []),
    ...(yLow !== undefined && yHigh !== undefined && yLow < yHigh ? along(yLow, yHigh, false) : []),
  ];
};

/** Items that a line may join. */
const stretchesOf = (items: readonly Item[]): Item[][] => {
  const stretches: Item[][] = [];
  for (const item of items) {
    const last = stretches.at(-1);
    if (last === undefined || item.isAfterGap) stretches.push([item]);
    else last.push(item);
  }
  return stretches.filter(({ length }) => length > 1);
};

const bandOf = (items: readonly Item[], { color }: Series, frame: Frame): PathShape => {
  const upper = items.map(({ x, y, yHigh }) => [frame.x(x), frame.y(yHigh ?? y)] as const);
  const lower = items.map(({ x, y, yLow }) => [frame.x(x), frame.y(yLow ?? y)] as const);
  return { kind: 'path', d: polyline([...upper, ...lower.toReversed()], true), fill: color, opacity: 0.16 };
};
const lineOf = (items: readonly Item[], { color, dash }: Series, frame: Frame): PathShape => {
  const d = polyline(items.map(({ x, y }) => [frame.x(x), frame.y(y)] as const));
  return { kind: 'path', d, stroke: color, width: ink.width.line, ...(dash !== null && { dash }) };
};

/** More marks than this along a line would hide it. */
const mostMarks = 12;

export const drawSeries = (series: Series, frame: Frame): PathShape[] => {
  const { items, color, dash, shape, isHollow, isSmall, isBand } = series;
  const stretches = stretchesOf(items);
  const hasMarks = shape !== null && (dash === null || items.length <= mostMarks);
  return [
    ...(isBand ? stretches.map((stretch) => bandOf(stretch, series, frame)) : []),
    ...(isBand ? [] : items.flatMap((item) => errorBars(item, frame, color))),
    ...(dash === null ? [] : stretches.map((stretch) => lineOf(stretch, series, frame))),
    ...(hasMarks ? items.map(({ x, y }) => symbol(shape, frame.x(x), frame.y(y), color, { isHollow, isSmall })) : []),
  ];
};

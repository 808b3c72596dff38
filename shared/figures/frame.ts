import type { Axis, Heat, Item, Mark, Panel } from './figure.ts';
import type { Box } from './scene.ts';
import { linearTicks, logTicks } from './ticks.ts';
import type { Tick } from './ticks.ts';

/** Where a panel's values lie on paper. */
export interface Frame {
  readonly box: Box;
  readonly x: (value: number) => number;
  readonly y: (value: number) => number;
}

export interface Range {
  readonly min: number;
  readonly max: number;
  readonly isLog: boolean;
}

type Reach = readonly (number | undefined)[];
const reachOfItem = (item: Item, axis: 'x' | 'y'): Reach =>
  axis === 'x' ? [item.x, item.xLow, item.xHigh] : [item.y, item.yLow, item.yHigh];

const reachOf = (mark: Mark, axis: 'x' | 'y'): Reach => {
  if (mark.kind === 'series') return mark.items.flatMap((item) => reachOfItem(item, axis));
  if (mark.kind === 'heat' || mark.kind === 'surface') return axis === 'x' ? mark.xs : mark.ys;
  if (mark.kind === 'rule') return mark.axis === axis ? [mark.at] : [];
  if (axis === 'x') return [];
  const sums = (mark.parts[0]?.values ?? []).map((_, at) =>
    mark.parts.reduce((sum, part) => sum + (part.values[at] ?? 0), 0),
  );
  return [0, ...sums];
};

/** A little air around the marks, but none around surfaces, and none below bars, which stand on the axis. */
const pad = 0.07;

/** From where to where an axis goes. */
export const rangeOf = ({ marks }: Panel, axis: Axis, which: 'x' | 'y'): Range => {
  const isLog = axis.scale === 'log';
  if (axis.categories !== null) return { min: -0.6, max: axis.categories.length - 0.4, isLog: false };
  const values = marks
    .flatMap((mark) => reachOf(mark, which))
    .filter((value): value is number => value !== undefined && Number.isFinite(value) && (!isLog || value > 0));
  const [to, from] = isLog ? [Math.log10, (value: number) => 10 ** value] : [Number, Number];
  const [low, high] = [to(least(values)), to(-least(values.map((value) => -value)))];
  const isTight = marks.some(({ kind }) => kind === 'heat');
  const air = isTight ? 0 : high > low ? pad * (high - low) : Math.max(Math.abs(high) * 0.01, isLog ? 0.1 : 1e-6);
  const standsOnAxis = which === 'y' && marks.some(({ kind }) => kind === 'bars');
  return { min: axis.min ?? from(standsOnAxis ? 0 : low - air), max: axis.max ?? from(high + air), isLog };
};

/** Without spreading thousands of values over the arguments of Math.min; 0 where there is none. */
const least = (values: readonly number[]): number =>
  values.reduce((found, value) => Math.min(found, value), values[0] ?? 0);

export const frameOf = (box: Box, xs: Range, ys: Range): Frame => {
  const share = (value: number, { min, max, isLog }: Range): number =>
    isLog ? Math.log(value / min) / Math.log(max / min) : (value - min) / (max - min);
  return {
    box,
    x: (value) => box.x + share(value, xs) * box.width,
    y: (value) => box.y + (1 - share(value, ys)) * box.height,
  };
};

/** @param least - where steps of 1, 2 and 5 give fewer than these, they are closer than wanted. */
export const ticksOf = (axis: Axis, range: Range, wanted: number, least = 1): readonly Tick[] => {
  if (axis.categories !== null) return axis.categories.map((text, at) => ({ at, text }));
  if (range.isLog) return logTicks(range.min, range.max);
  const ticks = linearTicks(range.min, range.max, wanted, axis.isWhole);
  return ticks.length < least && wanted < 4 * least ? ticksOf(axis, range, wanted + 1, least) : ticks;
};

export const heatOf = (panel: Panel): Heat | null => panel.marks.find((mark) => mark.kind === 'heat') ?? null;

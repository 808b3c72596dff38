import type { Panel, Surface } from './figure.ts';
import { frameOf, heatOf, rangeOf, ticksOf } from './frame.ts';
import type { Frame } from './frame.ts';
import { ink } from './ink.ts';
import { drawScale } from './marks/heat.ts';
import { drawMark } from './marks/index.ts';
import { drawLabels } from './marks/labels.ts';
import { drawSurfaceAxes } from './marks/surface.ts';
import { rectangle, segment } from './scene.ts';
import type { Box, PathShape, Shape, TextShape } from './scene.ts';
import { textWidth } from './textWidth.ts';
import type { Tick } from './ticks.ts';

const { size } = ink;
const text = (
  x: number,
  y: number,
  words: string,
  anchor: TextShape['anchor'],
  more: Partial<TextShape> = {},
): TextShape => ({
  ...{ kind: 'text', x, y, text: words, size: size.tick, anchor, color: ink.text },
  ...more,
});
const line = (d: string, stroke: string, width: number): PathShape => ({ kind: 'path', d, stroke, width });

/** Room around the plot for what is written there. */
const insets = (
  panel: Panel,
  yTicks: readonly Tick[],
  hasScale: boolean,
): { left: number; right: number; top: number; bottom: number } => ({
  left: 20 + Math.max(0, ...yTicks.map((tick) => textWidth(tick.text, size.tick))),
  right: hasScale ? 38 : 8,
  top: panel.title === '' && heatOf(panel) === null ? 6 : 16,
  bottom: 28,
});

const nameGap = 4;

/**
 * Names of categories; those that would run into one another are written one below the other in turn. The last may be longer than what is
 * left of the figure: it moves to the left, and before it those in its way.
 */
const categoryNames = (ticks: readonly Tick[], { box, x }: Frame): TextShape[] => {
  const widths = ticks.map((tick) => textWidth(tick.text, size.tick));
  const lines = Math.max(...widths) + nameGap > box.width / ticks.length ? 2 : 1;
  const ends = Array.from({ length: lines }, () => box.x + box.width + 6);
  return ticks
    .map((tick, index) => ({ tick, line: index % lines, half: (widths[index] ?? 0) / 2 }))
    .toReversed()
    .map(({ tick, line, half }) => {
      const at = Math.min(x(tick.at), (ends[line] ?? 0) - half);
      ends[line] = at - half - nameGap;
      return text(at, box.y + box.height + 10 + 8 * line, tick.text, 'middle');
    });
};

const axesOf = (panel: Panel, frame: Frame, xTicks: readonly Tick[], yTicks: readonly Tick[]): Shape[] => {
  const { x, y, width, height } = frame.box;
  const bottom = y + height;
  const hasGrid = heatOf(panel) === null;
  const grid = [
    ...yTicks.map(({ at }) => segment(x, frame.y(at), x + width, frame.y(at))),
    ...(panel.x.categories === null ? xTicks.map(({ at }) => segment(frame.x(at), y, frame.x(at), bottom)) : []),
  ];
  return [
    ...(hasGrid ? grid.map((d) => line(d, ink.grid, ink.width.grid)) : []),
    ...xTicks.map(({ at }) => line(segment(frame.x(at), bottom, frame.x(at), bottom + 2.5), ink.axis, ink.width.axis)),
    ...yTicks.map(({ at }) => line(segment(x - 2.5, frame.y(at), x, frame.y(at)), ink.axis, ink.width.axis)),
    ...(panel.x.categories === null
      ? xTicks.map((tick) => text(frame.x(tick.at), bottom + 10, tick.text, 'middle'))
      : categoryNames(xTicks, frame)),
    ...yTicks.map((tick) => text(x - 4, frame.y(tick.at) + size.tick * 0.35, tick.text, 'end')),
    text(x + width / 2, bottom + 22, panel.x.label, 'middle', { size: size.label }),
    text(
      x - 9 - Math.max(0, ...yTicks.map((tick) => textWidth(tick.text, size.tick))),
      y + height / 2,
      panel.y.label,
      'middle',
      {
        size: size.label,
        isUpright: true,
      },
    ),
  ];
};

const titleOf = (panel: Panel, x: number, y: number): Shape[] =>
  panel.title === '' ? [] : [text(x, y, panel.title, 'start', { size: size.title, isBold: true })];

/** A surface in its box, with axes in space, and its colour scale where it is its own. */
const drawSurfacePanel = (panel: Panel, surface: Surface, outer: Box, hasScale: boolean): Shape[] => {
  const width = outer.width - (hasScale ? 76 : 34);
  const box = { x: outer.x + 30, y: outer.y + 16, width, height: outer.height - 30 };
  const scale = { x: box.x + box.width + 8, y: box.y + 6, width: 7, height: box.height * 0.66 };
  const frame = frameOf(box, { min: 0, max: 1, isLog: false }, { min: 0, max: 1, isLog: false });
  return [
    ...panel.marks.flatMap((mark) => drawMark(mark, frame)),
    ...drawSurfaceAxes(surface, box, [panel.x.label, panel.y.label], outer),
    ...(hasScale ? drawScale(surface, scale) : []),
    ...titleOf(panel, outer.x + 4, outer.y + 10),
  ];
};

/**
 * A panel in its box: axes, what is inside, the names of points, the frame.
 * @param hasScale - whether a colour scale stands beside it, where it has one.
 */
export const drawPanel = (panel: Panel, outer: Box, hasScale = true): Shape[] => {
  const surface = panel.marks.find((mark) => mark.kind === 'surface');
  if (surface !== undefined) return drawSurfacePanel(panel, surface, outer, hasScale);
  const [xs, ys] = [rangeOf(panel, panel.x, 'x'), rangeOf(panel, panel.y, 'y')];
  const yTicks = ticksOf(panel.y, ys, outer.height / 26, 3);
  const { left, right, top, bottom } = insets(panel, yTicks, hasScale && heatOf(panel) !== null);
  const box = {
    x: outer.x + left,
    y: outer.y + top,
    width: outer.width - left - right,
    height: outer.height - top - bottom,
  };
  const frame = frameOf(box, xs, ys);
  const xTicks = ticksOf(panel.x, xs, box.width / 32);
  const heat = heatOf(panel);
  const series = panel.marks.filter((mark) => mark.kind === 'series');
  return [
    ...axesOf(panel, frame, xTicks, yTicks),
    { kind: 'clipped', box, shapes: panel.marks.flatMap((mark) => drawMark(mark, frame)) },
    { kind: 'path', d: rectangle(box), stroke: ink.axis, width: ink.width.axis },
    ...drawLabels(series, frame),
    ...(heat === null || !hasScale
      ? []
      : drawScale(heat, { x: box.x + box.width + 5, y: box.y, width: 7, height: box.height })),
    ...titleOf(panel, box.x, box.y - 5),
  ];
};

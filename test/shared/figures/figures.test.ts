import fc from 'fast-check';
import { expect, test } from 'vitest';
import { contour } from '../../../shared/figures/contours.ts';
import { drawFigure } from '../../../shared/figures/draw.ts';
import { columnWidths, columns, figureSchema } from '../../../shared/figures/figure.ts';
import type { Shape } from '../../../shared/figures/scene.ts';
import { svg } from '../../../shared/figures/svg.ts';
import { textWidth } from '../../../shared/figures/textWidth.ts';
import { linearTicks, logTicks } from '../../../shared/figures/ticks.ts';
import { heatColor } from '../../../shared/figures/marks/heat.ts';
import { gallery } from './gallery.ts';

test('ticks are round, inside, evenly apart and about as many as wanted', () => {
  const finite = fc.double({ min: -1e6, max: 1e6, noNaN: true });
  fc.assert(
    fc.property(
      finite,
      fc.double({ min: 1e-3, max: 1e6, noNaN: true }),
      fc.integer({ min: 2, max: 10 }),
      (min, span, wanted) => {
        const ticks = linearTicks(min, min + span, wanted);
        // A step of at most 2.5 times the wanted one: 1, 2, 5, 10 lie no further apart.
        expect(ticks.length).toBeGreaterThanOrEqual(Math.floor(wanted / 2.5));
        expect(ticks.length).toBeLessThanOrEqual(wanted + 1);
        const tolerance = 1e-6 * span;
        for (const { at } of ticks) {
          expect(at).toBeGreaterThanOrEqual(min - tolerance);
          expect(at).toBeLessThanOrEqual(min + span + tolerance);
        }
        const steps = ticks.slice(1).map(({ at }, index) => at - (ticks[index]?.at ?? 0));
        for (const step of steps) {
          const leading = step / 10 ** Math.floor(Math.log10(step) + 1e-6);
          expect([1, 2, 5].some((round) => Math.abs(leading / round - 1) < 1e-3)).toBe(true);
        }
        expect(new Set(ticks.map(({ text }) => text)).size).toBe(ticks.length);
      },
    ),
  );
  expect(linearTicks(0, 1, 5).map(({ text }) => text)).toEqual(['0.0', '0.2', '0.4', '0.6', '0.8', '1.0']);
  expect(linearTicks(-1, 1, 2).map(({ text }) => text)).toEqual(['−1', '0', '1']);
  expect(linearTicks(0, 1.5e6, 3).map(({ text }) => text)).toEqual(['0', '5e5', '1e6', '1.5e6']);
  const logTexts = (min: number, max: number): string[] => logTicks(min, max).map(({ text }) => text);
  expect(logTexts(0.02, 5)).toEqual(['0.02', '0.05', '0.1', '0.2', '0.5', '1', '2', '5']);
  expect(logTexts(0.3, 60_000)).toEqual(['1', '10', '100', '1,000', '10,000']);
  // As of a loss that explodes: whole powers in one notation, and not all of them.
  expect(logTexts(0.3, 4.4e26)).toEqual(['1e0', '1e3', '1e6', '1e9', '1e12', '1e15', '1e18', '1e21', '1e24']);
  expect(logTexts(3e-6, 2)).toEqual(['1e−5', '1e−4', '1e−3', '1e−2', '1e−1', '1e0']);
  expect(logTexts(0.31, 0.62)).toEqual(['0.4', '0.5', '0.6']);
});

test('contours of a cone lie on circles', () => {
  const grid = Array.from({ length: 81 }, (_, index) => (index - 40) / 20);
  const cone = grid.map((y) => grid.map((x) => Math.hypot(x, y)));
  const pieces = contour(grid, grid, cone, 1);
  // Linear interpolation over cells of h = 0.05 is wrong by at most h²/8 times the curvature, which is 1 at radius 1.
  for (const [x, y] of pieces.flat()) expect(Math.abs(Math.hypot(x, y) - 1)).toBeLessThan(0.05 ** 2);
  const length = pieces.reduce((sum, [[a, b], [c, d]]) => sum + Math.hypot(a - c, b - d), 0);
  expect(length).toBeCloseTo(2 * Math.PI, 2);
});

test('the colour scale grows lighter all the way, so that it is read in greyscale', () => {
  const lightness = Array.from({ length: 101 }, (_, index) => {
    const color = heatColor(index / 100);
    const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => parseInt(color.slice(at, at + 2), 16));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  });
  expect(lightness.every((value, index) => index === 0 || value > (lightness[index - 1] ?? 0))).toBe(true);
});

const textsOf = (shapes: readonly Shape[]): Extract<Shape, { kind: 'text' }>[] =>
  shapes.flatMap((shape) => (shape.kind === 'clipped' ? textsOf(shape.shapes) : shape.kind === 'text' ? [shape] : []));

test.each(columns)('a figure fills a %s column, and all its text lies on the paper', (column) => {
  const { width, height, shapes } = drawFigure(gallery(), column);
  expect(width).toBe(columnWidths[column]);
  const texts = textsOf(shapes);
  for (const name of ['ESAM-SWP', 'epoch', 'images/s', '(c) surface', 'SAM, paper'])
    expect(texts.some(({ text }) => text.includes(name))).toBe(true);
  for (const { x, y } of texts) {
    expect(x).toBeGreaterThanOrEqual(0);
    expect(x).toBeLessThanOrEqual(width);
    expect(y).toBeGreaterThanOrEqual(0);
    expect(y).toBeLessThanOrEqual(height);
  }
});

test('names that are markup, control characters or turned text stay text in SVG', () => {
  const figure = gallery();
  const hostile = '<script>alert(1)</script>&"\u202e\u0000</text><image href="x"/>';
  const [panel] = figure.panels;
  if (panel === undefined) throw new Error('the gallery has panels');
  const written = svg(drawFigure({ ...figure, panels: [{ ...panel, title: hostile }] }, 'single'), hostile);
  expect(written).not.toMatch(/<script|<image|\u202e|\u0000/);
  expect(written).toContain('&lt;script&gt;');
});

test('panels below one another end where a page does', () => {
  const figure = gallery();
  const [panel] = figure.panels;
  if (panel === undefined) throw new Error('The gallery has panels.');
  const { height } = drawFigure({ ...figure, panels: Array.from({ length: 6 }, () => panel) }, 'single');
  expect(height).toBeLessThanOrEqual(600); // of the 648 points (9 inches) of text that a page of the usual styles has
});

test('long names of categories never run into one another: panels take the width that they need', () => {
  const categories = ['SGD', 'SAM', 'ESAM', 'ESAM-SWP', 'ESAM-SDS'].map((name) => `${name} (example)`);
  const series = { kind: 'series', name: '', color: '#0072B2', dash: null, shape: 'circle' };
  const items = categories.map((_, x) => ({ x, y: x }));
  const panel = { title: '', x: { label: '', categories }, y: { label: 'λ' }, marks: [{ ...series, items }] };
  // Long numbers on the y axis leave less room for the names.
  const small = { ...panel, marks: [{ ...series, items: items.map(({ x, y }) => ({ x, y: (y - 2) * 1e-5 })) }] };
  const figure = figureSchema.parse({ id: 'names', caption: '', panels: [panel, panel, small] });
  const names = textsOf(drawFigure(figure, 'double').shapes).filter(({ text }) => text.includes('(example)'));
  expect(names).toHaveLength(15);
  for (const [index, one] of names.entries()) {
    for (const other of names.slice(index + 1)) {
      const room = (textWidth(one.text, one.size) + textWidth(other.text, other.size)) / 2;
      expect(one.y !== other.y || Math.abs(one.x - other.x) >= room).toBe(true);
    }
  }
});

test('surfaces on one scale have it once, and each keeps the names of its axes in its own panel', () => {
  const places = [-1, 0, 1];
  const marks = [
    {
      ...{ kind: 'surface', name: 'loss', xs: places, ys: places, low: 0, high: 2, view: {} },
      values: places.map((y) => places.map((x) => x * x + y * y)),
    },
  ];
  const panel = { title: '', x: { label: 'gradient of half x' }, y: { label: 'gradient of half y' }, marks };
  const panels = ['SGD', 'SAM', 'ESAM'].map((title) => ({ ...panel, title }));
  const texts = textsOf(drawFigure(figureSchema.parse({ id: 's', caption: '', panels }), 'double').shapes);
  expect(texts.filter(({ text }) => text === 'loss')).toHaveLength(1);
  const lefts = texts.filter(({ text }) => text.endsWith(' y')).map(({ x, text, size }) => x - textWidth(text, size));
  const titles = texts.filter(({ text }) => ['SGD', 'SAM', 'ESAM'].includes(text)).map(({ x }) => x);
  lefts.forEach((left, index) => expect(left).toBeGreaterThanOrEqual((titles[index] ?? 0) - 4 - 1e-9));
});

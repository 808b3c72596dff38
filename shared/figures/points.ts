import type { Figure, Mark } from './figure.ts';

/** A text, a number in the unit of its axis, or nothing. */
export type PointCell = string | number | null;

/** What a line of `figurePoints` tells. */
export const pointHead = 'panel kind series label x x_low x_high y y_low y_high value'.split(' ');

type Line = readonly PointCell[];
const linesOf = (mark: Mark, categories: readonly string[] | null): Line[] => {
  switch (mark.kind) {
    case 'series':
      return mark.items.map(({ x, y, xLow, xHigh, yLow, yHigh, label }) => [
        mark.isHollow ? 'published' : mark.isSmall ? 'run' : 'measured',
        ...[mark.name, label ?? categories?.[x] ?? null],
        ...[x, xLow ?? null, xHigh ?? null, y, yLow ?? null, yHigh ?? null, null],
      ]);
    case 'heat':
    case 'surface':
      return mark.values.flatMap((row, j) =>
        row.map((value, i) => [
          ...['surface', mark.name, null],
          ...[mark.xs[i] ?? null, null, null, mark.ys[j] ?? null, null, null, value],
        ]),
      );
    case 'bars':
      return mark.parts.flatMap(({ name, values }) =>
        values.map((value, at) => ['bar', name, categories?.[at] ?? null, at, null, null, value, null, null, null]),
      );
    case 'rule': {
      const [x, y] = mark.axis === 'x' ? [mark.at, null] : [null, mark.at];
      return [['line', mark.label, null, x, null, null, y, null, null, null]];
    }
  }
};

/** Everything that a figure shows, a line a point, in the units of its axes, in the columns of `pointHead`. */
export const figurePoints = ({ panels }: Figure): Line[] =>
  panels.flatMap(({ title, x, marks }, index) =>
    marks.flatMap((mark) => linesOf(mark, x.categories).map((line) => [title === '' ? index + 1 : title, ...line])),
  );

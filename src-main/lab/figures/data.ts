import type { Figure, Mark } from '../../../shared/figures/figure.ts';
import type { Exact } from '../../../shared/results/formats.ts';
import { csvLine } from '../export/csvCell.ts';

const header = ['panel', 'kind', 'series', 'label', 'x', 'x_low', 'x_high', 'y', 'y_low', 'y_high', 'value'];

type Line = readonly Exact[];
const linesOf = (mark: Mark, categories: readonly string[] | null): Line[] => {
  switch (mark.kind) {
    case 'series':
      return mark.items.map(({ x, y, xLow, xHigh, yLow, yHigh, label }) => [
        ...[
          mark.isHollow ? 'published' : mark.isSmall ? 'run' : 'measured',
          mark.name,
          label ?? categories?.[x] ?? null,
        ],
        ...[x, xLow ?? null, xHigh ?? null, y, yLow ?? null, yHigh ?? null, null],
      ]);
    case 'heat':
    case 'surface':
      return mark.values.flatMap((row, j) =>
        row.map((value, i) => [
          'surface',
          mark.name,
          null,
          mark.xs[i] ?? null,
          null,
          null,
          mark.ys[j] ?? null,
          null,
          null,
          value,
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

/** Everything that a figure shows, as CSV: one line a point, in the units of its axes. */
export const figureData = ({ panels }: Figure): string => {
  const lines = panels.flatMap(({ title, x, marks }, index) =>
    marks.flatMap((mark) => linesOf(mark, x.categories).map((line) => [title === '' ? index + 1 : title, ...line])),
  );
  return [header, ...lines].map(csvLine).join('');
};

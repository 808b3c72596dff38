import type { Figure, Mark } from '../../../shared/figures/figure.ts';
import { figureSchema } from '../../../shared/figures/figure.ts';
import type { ResultsTable } from '../../../shared/result.ts';
import { paretoFront, speedAccuracyOf } from '../../../shared/results/speedAccuracy.ts';
import type { SpeedAccuracy } from '../../../shared/results/speedAccuracy.ts';
import { looksOf } from './styles.ts';

const nOf = (shown: readonly SpeedAccuracy[]): string => {
  const counts = [...new Set(shown.map(({ row }) => row.n))].sort((a, b) => a - b);
  return counts.length === 1 ? `n = ${counts[0] ?? 0}` : `n = ${counts[0] ?? 0}–${counts.at(-1) ?? 0}`;
};

/** Speed against accuracy of the groups of a results table, one mark each (the paper's Fig. 1). Null where nothing has finished. */
export const speedAccuracyFigure = (table: ResultsTable): Figure | null => {
  const shown = speedAccuracyOf(table);
  if (shown.length === 0) return null;
  // As in the table: a group's look does not depend on which others have finished.
  const looks = new Map(
    looksOf(table.rows.map(({ method }) => method)).map((look, index) => [table.rows[index], look]),
  );
  const front = paretoFront(shown);
  const plain = { kind: 'series' as const, name: '', dash: null, isHollow: false, isBand: false };
  const marks: Mark[] = [
    ...(front.length < 2
      ? []
      : [
          {
            ...{ ...plain, name: 'Pareto front', color: '#9a9a9a', dash: [1.5, 1.5], shape: null },
            items: front.map(({ x, y }) => ({ x, y })),
          },
        ]),
    ...shown.map(({ row, x, y, xLow, xHigh, yLow, yHigh, hasSd }): Mark => {
      const { color = '#000000', shape = 'circle' } = looks.get(row) ?? {};
      // Its name stands beside it.
      const item = { x, y, label: row.label, xLow, xHigh, ...(hasSd && { yLow, yHigh }) };
      return { ...plain, color, shape, items: [item] };
    }),
  ];
  const axis = { scale: 'linear' as const, min: null, max: null, categories: null };
  return figureSchema.parse({
    id: 'speed-accuracy',
    caption: `Test accuracy (${table.accuracy} epoch, mean ± sample standard deviation over seeds, ${nOf(shown)}) against training speed (median over runs, bars: their range).`,
    panels: [
      {
        title: '',
        x: { ...axis, label: 'training speed, images/s' },
        y: { ...axis, label: `${table.accuracy} test accuracy, %` },
        marks,
      },
    ],
  });
};

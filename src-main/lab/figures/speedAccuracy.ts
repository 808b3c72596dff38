import type { Figure, Mark } from '../../../shared/figures/figure.ts';
import { figureSchema } from '../../../shared/figures/figure.ts';
import type { ResultsRow, ResultsTable } from '../../../shared/result.ts';
import { looksOf } from './styles.ts';

interface Shown {
  readonly row: ResultsRow;
  readonly speed: number;
  readonly mean: number;
  readonly sd: number | null;
}

const shownOf = (table: ResultsTable): Shown[] =>
  table.rows.flatMap((row) => {
    const { mean, sd } = table.accuracy === 'last' ? row.lastTestAccuracy : row.bestTestAccuracy;
    const speed = row.imagesPerSecond.median;
    return mean === null || speed === null ? [] : [{ row, speed, mean, sd }];
  });

/** Groups that no other surpasses in one without falling behind in the other. */
const frontOf = (shown: readonly Shown[]): Shown[] =>
  shown
    .filter(
      (one) =>
        !shown.some(
          (two) =>
            two !== one &&
            two.speed >= one.speed &&
            two.mean >= one.mean &&
            (two.speed > one.speed || two.mean > one.mean),
        ),
    )
    .toSorted((a, b) => a.speed - b.speed);

const nOf = (shown: readonly Shown[]): string => {
  const counts = [...new Set(shown.map(({ row }) => row.n))].sort((a, b) => a - b);
  return counts.length === 1 ? `n = ${counts[0] ?? 0}` : `n = ${counts[0] ?? 0}–${counts.at(-1) ?? 0}`;
};

/** Speed against accuracy of the groups of a results table, one mark each (the paper's Fig. 1). Null where nothing has finished. */
export const speedAccuracyFigure = (table: ResultsTable): Figure | null => {
  const shown = shownOf(table);
  if (shown.length === 0) return null;
  const looks = looksOf(shown.map(({ row }) => row.method));
  const front = frontOf(shown);
  const marks: Mark[] = [
    ...(front.length < 2
      ? []
      : [
          {
            ...{ kind: 'series' as const, name: 'Pareto front', color: '#9a9a9a', dash: [1.5, 1.5], shape: null },
            ...{ isHollow: false, isBand: false, items: front.map(({ speed, mean }) => ({ x: speed, y: 100 * mean })) },
          },
        ]),
    ...shown.map(({ row, speed, mean, sd }, index): Mark => {
      const { color = '#000000', shape = 'circle' } = looks[index] ?? {};
      const { min, max } = row.imagesPerSecond;
      const item = {
        ...{ x: speed, y: 100 * mean, label: row.label },
        ...(min !== null && max !== null && { xLow: min, xHigh: max }),
        ...(sd !== null && { yLow: 100 * (mean - sd), yHigh: 100 * (mean + sd) }),
      };
      // Its name stands beside it.
      return { kind: 'series', name: '', color, dash: null, shape, isHollow: false, isBand: false, items: [item] };
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

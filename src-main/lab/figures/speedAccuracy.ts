import type { Figure, Mark } from '../../../shared/figures/figure.ts';
import { figureSchema } from '../../../shared/figures/figure.ts';
import { groupedBy } from '../../../shared/groupedBy.ts';
import { styleOf } from '../../../shared/methods/variants.ts';
import type { ResultsRow, ResultsTable } from '../../../shared/result.ts';
import { nameOfPublished, publishedText, type PublishedPoint } from '../../../shared/results/published.ts';
import { paretoFront, speedAccuracyOf } from '../../../shared/results/speedAccuracy.ts';
import type { SpeedAccuracy } from '../../../shared/results/speedAccuracy.ts';
import { looksOf } from './styles.ts';

const plain = {
  ...{ kind: 'series' as const, name: '', dash: null },
  ...{ isHollow: false, isSmall: false, isBand: false },
};

/** Over how many seeds the means of these groups are: "n = 3", "n = 2–3". */
export const nOf = (shown: readonly { readonly row: ResultsRow }[]): string => {
  const counts = [...new Set(shown.map(({ row }) => row.n))].sort((a, b) => a - b);
  return counts.length === 1 ? `n = ${counts[0] ?? 0}` : `n = ${counts[0] ?? 0}–${counts.at(-1) ?? 0}`;
};

/** Each finished run as a dot, one series a colour: a panel has room for so many only. */
const seedDots = (shown: readonly SpeedAccuracy[], colorOf: (row: ResultsRow) => string): Mark[] =>
  [
    ...groupedBy(
      shown.filter(({ seeds }) => seeds.length > 1),
      ({ row }) => colorOf(row),
    ),
  ].map(([color, groups]) => ({
    ...{ ...plain, color, shape: 'circle', isSmall: true },
    items: groups.flatMap(({ row, seeds }) => seeds.map(({ x, y }) => ({ x, y, label: row.label }))),
  }));

/** Published values, hollow. */
const publishedMarks = (points: readonly PublishedPoint[]): Mark[] => {
  const isOne = new Set(points.map(({ on }) => on)).size < 2;
  return points.map((point) => {
    const { accuracy, sd, imagesPerSecond: x } = point;
    const { color, shape } = styleOf(point.method);
    const name = nameOfPublished(point, !isOne);
    const spread = sd === null ? {} : { yLow: accuracy - sd, yHigh: accuracy + sd };
    return { ...{ ...plain, name, color, shape, isHollow: true }, items: [{ x, y: accuracy, ...spread }] };
  });
};

/**
 * Speed against accuracy of the groups of a results table, one mark each (the paper's Fig. 1). Null where nothing has finished.
 * @param published - published values beside them.
 * @param hidden - keys of groups that are left out; the others look as with them.
 */
export const speedAccuracyFigure = (
  table: ResultsTable,
  published: readonly PublishedPoint[] = [],
  hidden: ReadonlySet<string> = new Set(),
): Figure | null => {
  const shown = speedAccuracyOf(table).filter(({ row }) => !hidden.has(row.key));
  if (shown.length === 0) return null;
  // As in the table: a group's look does not depend on which others have finished.
  const looks = new Map(
    looksOf(table.rows.map(({ method }) => method)).map((look, index) => [table.rows[index], look]),
  );
  const front = paretoFront(shown);
  const colorOf = (row: ResultsRow): string => looks.get(row)?.color ?? '#000000';
  const marks: Mark[] = [
    ...(front.length < 2
      ? []
      : [
          {
            ...{ ...plain, name: 'Pareto front', color: '#9a9a9a', dash: [1.5, 1.5], shape: null },
            items: front.map(({ x, y }) => ({ x, y })),
          },
        ]),
    ...seedDots(shown, colorOf),
    ...publishedMarks(published),
    ...shown.map(({ row, x, y, xLow, xHigh, yLow, yHigh, hasSd }): Mark => {
      const { shape = 'circle' } = looks.get(row) ?? {};
      // Its name stands beside it.
      const item = { x, y, label: row.label, xLow, xHigh, ...(hasSd && { yLow, yHigh }) };
      return { ...plain, color: colorOf(row), shape, items: [item] };
    }),
  ];
  const dots = marks.some((mark) => mark.kind === 'series' && mark.isSmall) ? ' Dots: single runs.' : '';
  const theirs = published.length === 0 ? '' : ` ${publishedText(published)}`;
  const axis = { scale: 'linear' as const, min: null, max: null, isWhole: false, categories: null };
  return figureSchema.parse({
    id: 'speed-accuracy',
    caption: `Test accuracy (${table.accuracy} epoch, mean ± sample standard deviation over seeds, ${nOf(shown)}) against training speed (median over runs, bars: their range).${dots}${theirs}`,
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

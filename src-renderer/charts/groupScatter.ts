import { computed } from 'vue';
import type { Frame } from '../../shared/figures/frame.ts';
import { placeTexts } from '../../shared/figures/marks/place.ts';
import { textWidth } from '../../shared/figures/textWidth.ts';
import { nameOfMethod } from '../../shared/method.ts';
import type { ResultsTable } from '../../shared/result.ts';
import { nameOfPublished, publishedText } from '../../shared/results/published.ts';
import { paretoFront, speedAccuracyOf, type SpeedAccuracy } from '../../shared/results/speedAccuracy.ts';
import { useCompare } from '../stores/compare.ts';
import { useGroupFocus } from '../stores/groupFocus.ts';
import { withinMethod } from '../withinMethod.ts';
import type { Cell, ChartTable } from './chartTable.ts';
import type { Ends } from './plot.ts';

export interface GroupScatterProps {
  readonly table: ResultsTable;
  readonly variants: ReadonlyMap<string, number>;
  readonly names: ReadonlyMap<string, string>;
  /** For where there is little room. */
  readonly shortNames: ReadonlyMap<string, string>;
}

/** Of a mark, in pixels. */
export const radius = 5;
/** Height of the names' letters. */
export const letter = 11;
const longest = 34;
/** Lines to more names than these would hide the points. */
const fewLines = 16;

const endsOf = (values: readonly number[]): Ends => {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const air = high > low ? 0.1 * (high - low) : Math.max(0.01 * Math.abs(high), 1e-3);
  return { min: low - air, max: high + air };
};

/** The compared groups by speed and accuracy as they are drawn: points, published values, their names, the ends of the axes, and all of it in numbers. */
export const useGroupScatter = (props: GroupScatterProps) => {
  const compare = useCompare();
  const focus = useGroupFocus();

  const accuracyName = computed(() => `${props.table.accuracy} test accuracy`);
  const all = computed(() => speedAccuracyOf(props.table));
  const points = computed(() => all.value.filter(({ row }) => !focus.isHidden(row.key)));
  /** Published values, where they are wished. */
  const theirs = computed(() => (compare.isPaperShown ? compare.published : []));
  const front = computed(() => paretoFront(points.value));

  const xs = computed(() =>
    endsOf([
      ...points.value.flatMap(({ xLow, xHigh, seeds }) => [xLow, xHigh, ...seeds.map(({ x }) => x)]),
      ...theirs.value.map(({ imagesPerSecond }) => imagesPerSecond),
    ]),
  );
  const ys = computed(() => {
    const ends = endsOf([
      ...points.value.flatMap(({ yLow, yHigh, seeds }) => [yLow, yHigh, ...seeds.map(({ y }) => y)]),
      ...theirs.value.flatMap(({ accuracy, sd }) => [accuracy - (sd ?? 0), accuracy + (sd ?? 0)]),
    ]);
    // There is no accuracy beyond 100 %; a little air lets the mark be whole.
    return { min: ends.min, max: Math.min(ends.max, 100 + 0.02 * (100 - ends.min)) };
  });

  const opacityOf = (point: SpeedAccuracy): number => {
    if (focus.pointed !== null) return focus.isPale(point.row.key) ? 0.25 : 1;
    return point.isDominated ? 0.55 : 1;
  };
  /** The method, and what tells it from the others of its method; of too long a name the middle gives way. */
  const nameOf = ({ row }: SpeedAccuracy): string => {
    const method = nameOfMethod(row.config.optimizer);
    const within = withinMethod({ ...row, label: props.shortNames.get(row.key) ?? row.label });
    const name = within === '' ? method : `${method} · ${within}`;
    const end = longest - method.length - 4;
    return name.length > longest ? `${method} · …${within.slice(-end).replace(/^\S* /, '')}` : name;
  };
  const isOnTold = computed(() => new Set(theirs.value.map(({ on }) => on)).size > 1);
  /** Names of those that nobody surpasses are placed first, while there is room; those of published values last. */
  const labels = (frame: Frame) => {
    const { box } = frame;
    const named = [
      ...points.value
        .toSorted((a, b) => Number(a.isDominated) - Number(b.isDominated))
        .map((point) => ({ ...{ id: point.row.key, text: nameOf(point), opacity: opacityOf(point) }, ...point })),
      ...theirs.value.map((point) => ({
        ...{ id: `paper ${point.on} ${point.method}`, text: nameOfPublished(point, isOnTold.value) },
        ...{
          x: point.imagesPerSecond,
          y: point.accuracy,
          opacity: focus.pointed === null ? 0.7 : 0.25,
          isDominated: true,
        },
      })),
    ].map((point) => ({ ...point, x: frame.x(point.x), y: frame.y(point.y) }));
    const seen = named.filter(
      ({ x, y }) => x >= box.x && x <= box.x + box.width && y >= box.y && y <= box.y + box.height,
    );
    const wishes = seen.map(({ x, y, text, isDominated }) => ({
      ...{ x, y, width: textWidth(text, letter) + 2 },
      mayLead: seen.length <= fewLines || !isDominated,
    }));
    return placeTexts(wishes, seen, { inside: box, height: letter + 3, r: radius + 1 }).flatMap((place, index) => {
      const point = seen[index];
      return place === null || point === undefined
        ? []
        : [{ ...place, id: point.id, text: point.text, opacity: point.opacity }];
    });
  };

  const theirWords = computed(() => {
    if (theirs.value.length === 0) return '';
    const isOtherwise = theirs.value.some(({ differences }) => differences.length > 0);
    const whose = new Set(theirs.value.map(({ source }) => (source === 'paper' ? 'the paper’s' : `${source}’s`)));
    return ` · hollow: ${[...whose].join(', ')}${isOtherwise ? ', trained otherwise' : ''}`;
  });
  const words = computed(
    () => `${accuracyName.value} ± sd, images/s with range · dots: seeds · dashed: the front${theirWords.value}`,
  );
  const inFull = computed(() =>
    [
      `${accuracyName.value} ± sample sd over seeds; median images/s with its range; small dots: each seed; dashed: surpassed by no other in both.`,
      ...(theirs.value.length > 0 ? [publishedText(theirs.value)] : []),
    ].join(' '),
  );
  const whyNone = computed(() => {
    if (all.value.length > 0) return 'All groups are hidden.';
    return props.table.rows.some(({ n }) => n > 0)
      ? 'No finished run was long enough for its speed to be measured: warm-up counts for none.'
      : 'Appears when a run has finished.';
  });
  /** What is shown: the zoom does not outlive it. */
  const subject = computed(() => `${props.table.accuracy} ${props.table.rows.map(({ key }) => key).join()}`);

  const table = (): ChartTable => ({
    head: ['group', 'images/s', 'from', 'to', `${accuracyName.value}, %`, 'sd', 'n'],
    rows: [
      ...points.value.map(({ row, x, xLow, xHigh, y, yHigh, hasSd }): Cell[] => [
        ...[props.names.get(row.key) ?? row.label, x, xLow, xHigh],
        ...[y, hasSd ? yHigh - y : null, row.n],
      ]),
      ...theirs.value.map((point): Cell[] => [
        ...[nameOfPublished(point, isOnTold.value), point.imagesPerSecond, null, null],
        ...[point.accuracy, point.sd, null],
      ]),
    ],
  });

  return {
    ...{ accuracyName, all, points, theirs, front, xs, ys },
    ...{ opacityOf, labels, words, inFull, whyNone, subject, table },
  };
};

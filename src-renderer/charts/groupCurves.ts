import { computed } from 'vue';
import type { GroupCurve, ResultsTable } from '../../shared/result.ts';
import { lateRange } from '../../shared/results/curveRange.ts';
import { styleOf } from '../methodStyles.ts';
import { useCompare, type CurveRange } from '../stores/compare.ts';
import { useGroupFocus } from '../stores/groupFocus.ts';
import type { Cell, ChartTable } from './chartTable.ts';
import { curvePoints, gapsOf } from './curvePoints.ts';
import { curveQuantities, isPercentage } from './curveQuantities.ts';
import { gapsText } from './gaps.ts';
import type { Ends } from './plot.ts';

export interface GroupCurvesProps {
  readonly curves: readonly GroupCurve[];
  readonly table: ResultsTable;
  readonly variants: ReadonlyMap<string, number>;
  readonly names: ReadonlyMap<string, string>;
  /** For where there is little room. */
  readonly shortNames: ReadonlyMap<string, string>;
}

const axisLabels = {
  epoch: 'epoch',
  activeTime: 'active training time, s',
  wallTime: 'training and evaluation time, s',
};

/** The curves of the compared groups as they are drawn: lines in the units of the axes, the ends of the axes, and all of it in numbers. */
export const useGroupCurves = (props: GroupCurvesProps) => {
  const compare = useCompare();
  const focus = useGroupFocus();

  const nameOf = (key: string): string =>
    props.names.get(key) ?? props.curves.find((one) => one.key === key)?.label ?? '';
  const baselineName = computed(() => (props.table.speedBaseline === null ? null : nameOf(props.table.speedBaseline)));
  const ranges = computed((): { value: CurveRange; label: string; title?: string }[] => [
    { value: 'late', label: 'Last half', title: 'The vertical axis is as high as the last half of the curves' },
    { value: 'all', label: 'All', title: 'The vertical axis is as high as all of the curves' },
    ...(baselineName.value === null
      ? []
      : [
          {
            value: 'difference' as const,
            label: baselineName.value.length > 16 ? 'Difference' : `Difference to ${baselineName.value}`,
          },
        ]),
  ]);
  const isCounted = computed(() => compare.axis === 'epoch');
  const isDifference = computed(() => compare.curveWish.relativeTo !== null);
  const factor = computed(() => (isPercentage(compare.metric) ? 100 : 1));
  const label = computed(() => curveQuantities.find(({ value }) => value === compare.metric)?.label ?? '');
  const xLabel = computed(() => axisLabels[compare.axis]);
  const yLabel = computed(() => {
    const unit = !isPercentage(compare.metric) ? '' : isDifference.value ? ', points' : ', %';
    return isDifference.value
      ? `${label.value.toLowerCase()} − that of ${baselineName.value ?? ''}${unit}`
      : label.value.toLowerCase() + unit;
  });

  const measured = computed(() => props.curves.filter(({ points }) => points.some(({ mean }) => mean !== null)));
  const shown = computed(() =>
    measured.value
      .filter(({ key }) => !focus.isHidden(key))
      .map((curve) => {
        const variant = props.variants.get(curve.groupHash) ?? 0;
        const [line, look] = [curvePoints(curve, factor.value), styleOf(curve.method, variant)];
        const [name, shortName] = [nameOf(curve.key), props.shortNames.get(curve.key)];
        return {
          ...curve,
          variant,
          line,
          look,
          name,
          shortName: shortName ?? name,
          gaps: gapsOf(curve, isDifference.value),
        };
      }),
  );
  const gaps = computed(() =>
    gapsText(
      shown.value.map((curve) => ({ name: curve.name, xs: curve.gaps })),
      xLabel.value,
    ),
  );

  const xs = computed((): Ends => {
    const all = shown.value.flatMap(({ line }) => line.map(({ x }) => x));
    const [low, high] = [Math.min(...all), Math.max(...all)];
    const air = Math.max(0.02 * (high - low), isCounted.value ? 0.2 : 1e-3);
    return { min: isCounted.value ? low - air : 0, max: high + air };
  });
  const ys = computed((): Ends => {
    const range = compare.range === 'all' ? null : lateRange(shown.value);
    if (range !== null) return { min: factor.value * range.min, max: factor.value * range.max };
    const ends = shown.value.flatMap(({ line }) => line.flatMap(({ y, sd }) => [y - (sd ?? 0), y + (sd ?? 0)]));
    const [low, high] = [Math.min(...ends), Math.max(...ends)];
    const air = Math.max(0.04 * (high - low), 1e-6);
    return { min: low - air, max: high + air };
  });
  const longest = computed(() => Math.max(0, ...shown.value.flatMap(({ line }) => line.map((point) => point.x))));
  /** What is shown: neither zoom nor pointer outlive it. */
  const subject = computed(
    () => `${compare.metric} ${compare.axis} ${compare.range} ${props.curves.map(({ key }) => key).join()}`,
  );

  /** A row for each point of each group: on axes of time every group has its own places. */
  const table = (): ChartTable => ({
    head: ['group', xLabel.value, yLabel.value, 'sd', 'n'],
    rows: shown.value.flatMap(({ name, points }) =>
      points.map(({ x, mean, sd, n }): Cell[] => [
        ...[name, x, mean === null ? NaN : factor.value * mean],
        ...[sd === null ? null : factor.value * sd, n],
      ]),
    ),
  });

  return {
    ...{ ranges, isCounted, isDifference, label, xLabel, yLabel },
    ...{ measured, shown, gaps, xs, ys, longest, subject, table },
  };
};
export type GroupCurves = ReturnType<typeof useGroupCurves>;

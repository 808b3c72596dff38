import type { Figure } from '../../../shared/figures/figure.ts';
import { figureSchema } from '../../../shared/figures/figure.ts';
import { measurementOf } from '../../../shared/measurements/index.ts';
import type { MeasurementId } from '../../../shared/measurements/index.ts';
import { isMeasurement } from '../../../shared/result.ts';
import type { CurveAxis, CurveMetric, CurveWish, GroupCurve } from '../../../shared/result.ts';
import { lateRange } from '../../../shared/results/curveRange.ts';
import { sentenceCase } from '../../../shared/sentenceCase.ts';
import { looksOf } from './styles.ts';

interface Quantity {
  readonly label: string;
  readonly factor: number;
}
const quantities: Readonly<Record<Exclude<CurveMetric, MeasurementId>, Quantity>> = {
  testAccuracy: { label: 'test accuracy, %', factor: 100 },
  trainAccuracy: { label: 'training accuracy, %', factor: 100 },
  testLoss: { label: 'test loss', factor: 1 },
  trainLoss: { label: 'training loss', factor: 1 },
  imagesPerSecond: { label: 'images/s', factor: 1 },
};
const quantityOf = (metric: CurveMetric): Quantity => {
  if (!isMeasurement(metric)) return quantities[metric];
  const { label, unit } = measurementOf(metric);
  return unit === 'share of steps' ? { label: `${label}, % of steps`, factor: 100 } : { label, factor: 1 };
};
const axes: Readonly<Record<CurveAxis, string>> = {
  epoch: 'epoch',
  activeTime: 'active training time, s',
  wallTime: 'training and evaluation time, s',
};

/**
 * Curves of groups, or of their differences to one of them, with their spread over seeds. Null where no run has finished an epoch.
 * @param isLate - the y axis is that of the later half.
 * @param hidden - keys of groups that are left out; the others look as with them.
 */
export const curvesFigure = (
  curves: readonly GroupCurve[],
  { metric, axis, relativeTo }: CurveWish,
  isLate = false,
  hidden: ReadonlySet<string> = new Set(),
): Figure | null => {
  const shown = curves.filter(({ key }) => !hidden.has(key));
  const { factor, ...quantity } = quantityOf(metric);
  const baseline = curves.find(({ key }) => key === relativeTo)?.label;
  const label = baseline === undefined ? quantity.label : `${quantity.label}: difference to ${baseline}`;
  const range = isLate ? lateRange(shown) : null;
  const yEnds = range === null ? {} : { min: factor * range.min, max: factor * range.max };
  const looks = looksOf(curves.map(({ method }) => method));
  const marks = curves.flatMap((curve, index) => {
    if (hidden.has(curve.key)) return [];
    const items = curve.points.flatMap(({ x, mean, sd }, at) => {
      if (mean === null) return [];
      const spread = sd ?? 0;
      const place = { x, y: factor * mean, yLow: factor * (mean - spread), yHigh: factor * (mean + spread) };
      return [curve.points[at - 1]?.mean === null ? { ...place, isAfterGap: true } : place];
    });
    return items.length === 0 ? [] : [{ kind: 'series', name: curve.label, ...looks[index], isBand: true, items }];
  });
  if (marks.length === 0) return null;
  // A difference has no value either where one of the two curves has ended.
  const hasGaps = relativeTo === null && shown.some(({ points }) => points.some(({ mean }) => mean === null));
  const gaps = hasGaps ? ' Gaps: no finite value.' : '';
  return figureSchema.parse({
    id: `curves-${metric.toLowerCase()}`,
    caption: `${sentenceCase(label)} over ${axes[axis]}: mean over seeds, band: ± one sample standard deviation.${gaps}`,
    panels: [{ title: '', x: { label: axes[axis], isWhole: axis === 'epoch' }, y: { label, ...yEnds }, marks }],
  });
};

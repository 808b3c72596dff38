import type { Figure } from '../../../shared/figures/figure.ts';
import { figureSchema } from '../../../shared/figures/figure.ts';
import type { curveAxes, curveMetrics, GroupCurve } from '../../../shared/result.ts';
import { looksOf } from './styles.ts';

const names: Readonly<Record<(typeof curveMetrics)[number], { label: string; factor: number }>> = {
  testAccuracy: { label: 'test accuracy, %', factor: 100 },
  trainAccuracy: { label: 'training accuracy, %', factor: 100 },
  testLoss: { label: 'test loss', factor: 1 },
  trainLoss: { label: 'training loss', factor: 1 },
  imagesPerSecond: { label: 'images/s', factor: 1 },
};
const axes: Readonly<Record<(typeof curveAxes)[number], string>> = {
  epoch: 'epoch',
  activeTime: 'active training time, s',
};

/** Curves of groups with their spread over seeds. Null where no run has finished an epoch. */
export const curvesFigure = (
  curves: readonly GroupCurve[],
  metric: (typeof curveMetrics)[number],
  axis: (typeof curveAxes)[number],
): Figure | null => {
  const { label, factor } = names[metric];
  const looks = looksOf(curves.map(({ method }) => method));
  const marks = curves.flatMap((curve, index) => {
    const items = curve.points.flatMap(({ x, mean, sd }) => {
      if (mean === null) return [];
      const spread = sd ?? 0;
      return [{ x, y: factor * mean, yLow: factor * (mean - spread), yHigh: factor * (mean + spread) }];
    });
    return items.length === 0 ? [] : [{ kind: 'series', name: curve.label, ...looks[index], isBand: true, items }];
  });
  if (marks.length === 0) return null;
  return figureSchema.parse({
    id: `curves-${metric.toLowerCase()}`,
    caption: `${label[0]?.toUpperCase() ?? ''}${label.slice(1)} over ${axes[axis]}: mean over seeds, band: ± one sample standard deviation.`,
    panels: [{ title: '', x: { label: axes[axis] }, y: { label }, marks }],
  });
};

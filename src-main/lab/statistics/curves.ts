import type { EpochMetrics } from '../../../shared/metrics.ts';
import { curveValue } from '../../../shared/result.ts';
import type { curveAxes, CurveMetric, GroupCurve } from '../../../shared/result.ts';
import { nameGroups } from './groups.ts';
import type { Group } from './groups.ts';
import { mean, sampleSd } from './moments.ts';

type CurveAxis = (typeof curveAxes)[number];

/** A metric's mean and deviation over the finished runs of each group, epoch by epoch. */
export const groupCurves = (groups: readonly Group[], metric: CurveMetric, axis: CurveAxis): GroupCurve[] => {
  const names = nameGroups(groups);
  return groups.flatMap((group, index) => {
    const name = names[index];
    if (name === undefined) return [];
    const epochs = byEpoch(group.finished.flatMap((run) => run.epochs));
    return [
      {
        groupHash: group.hash,
        label: name.label,
        method: name.method,
        points: epochs.map((siblings) => pointOf(siblings, metric, axis)),
      },
    ];
  });
};

/** The runs' metrics of each epoch, epochs in order. */
const byEpoch = (metrics: readonly EpochMetrics[]): EpochMetrics[][] => {
  const found = new Map<number, EpochMetrics[]>();
  for (const epoch of metrics) {
    const siblings = found.get(epoch.epoch) ?? [];
    siblings.push(epoch);
    found.set(epoch.epoch, siblings);
  }
  return [...found].sort(([a], [b]) => a - b).map(([, siblings]) => siblings);
};

const pointOf = (
  siblings: readonly EpochMetrics[],
  metric: CurveMetric,
  axis: CurveAxis,
): GroupCurve['points'][number] => {
  const values = siblings.map((epoch) => curveValue(epoch, metric)).filter((value) => value !== null);
  const x = mean(siblings.map((epoch) => (axis === 'epoch' ? epoch.epoch : epoch.activeMs / 1000)));
  return { x: x ?? 0, mean: mean(values), sd: sampleSd(values), n: values.length };
};

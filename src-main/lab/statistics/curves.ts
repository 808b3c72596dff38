import { groupedBy } from '../../../shared/groupedBy.ts';
import type { CurveAxis, GroupCurve } from '../../../shared/result.ts';
import type { RunId } from '../../../shared/run.ts';
import { nameGroups } from './groups.ts';
import type { Group } from './groups.ts';
import { mean, sampleSd } from './moments.ts';

/** A run's quantity at the end of an epoch; null where there is none. */
export interface CurvePoint {
  readonly epoch: number;
  readonly activeMs: number;
  readonly value: number | null;
}

/** A quantity's mean and deviation over the finished runs of each group, epoch by epoch. @param read - a run's quantity. */
export const groupCurves = (
  groups: readonly Group[],
  axis: CurveAxis,
  read: (id: RunId) => readonly CurvePoint[],
): GroupCurve[] => {
  const names = nameGroups(groups);
  return groups.flatMap((group, index) => {
    const name = names[index];
    if (name === undefined) return [];
    const epochs = groupedBy(
      group.finished.flatMap(({ id }) => read(id)),
      ({ epoch }) => epoch,
    );
    const inOrder = [...epochs].sort(([a], [b]) => a - b);
    return [
      {
        groupHash: group.hash,
        label: name.label,
        method: name.method,
        points: inOrder.map(([epoch, siblings]) => pointOf(epoch, siblings, axis)),
      },
    ];
  });
};

const pointOf = (epoch: number, siblings: readonly CurvePoint[], axis: CurveAxis): GroupCurve['points'][number] => {
  const values = siblings.map(({ value }) => value).filter((value) => value !== null);
  const x = axis === 'epoch' ? epoch : (mean(siblings.map(({ activeMs }) => activeMs / 1000)) ?? 0);
  return { x, mean: mean(values), sd: sampleSd(values), n: values.length };
};

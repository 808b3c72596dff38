import { groupedBy } from '../../../shared/groupedBy.ts';
import type { CurveAxis, CurveWish, GroupCurve } from '../../../shared/result.ts';
import type { RunId } from '../../../shared/run.ts';
import { nameGroups, type NameOfDataset } from './groups.ts';
import type { FinishedRun, Group } from './groups.ts';
import { mean, sampleSd } from './moments.ts';

/** A run's quantity at the end of an epoch; null where there is none. */
export interface CurvePoint {
  readonly epoch: number;
  readonly activeMs: number;
  readonly wallMs: number;
  readonly value: number | null;
}
/** As much of a group as its curve needs. */
interface GroupOfRuns extends Pick<Group, 'hash' | 'key' | 'part' | 'config' | 'origin'> {
  readonly finished: readonly Pick<FinishedRun, 'id' | 'seed'>[];
}
interface Placed {
  readonly epoch: number;
  readonly x: number;
  readonly value: number | null;
}
type SeedCurves = ReadonlyMap<number, readonly Placed[]>;

const placeOf: Readonly<Record<CurveAxis, (point: CurvePoint) => number>> = {
  epoch: ({ epoch }) => epoch,
  activeTime: ({ activeMs }) => activeMs / 1000,
  wallTime: ({ wallMs }) => wallMs / 1000,
};

/** What a line through the points has at x; null outside it, and beside a point without a value. */
const between = (points: readonly Placed[], x: number): number | null => {
  const next = points.findIndex((point) => point.x >= x);
  const [before, after] = [points[next - 1], points[next]];
  if (after === undefined) return null;
  if (after.x === x) return after.value;
  if (before === undefined || before.value === null || after.value === null) return null;
  return before.value + ((x - before.x) / (after.x - before.x)) * (after.value - before.value);
};

const less = (curve: readonly Placed[], other: readonly Placed[]): Placed[] =>
  curve.map(({ epoch, x, value }) => {
    const theirs = between(other, x);
    return { epoch, x, value: value === null || theirs === null ? null : value - theirs };
  });

/** Mean, deviation and number of runs at each epoch that a run has. */
const averaged = (curves: Iterable<readonly Placed[]>): (Placed & GroupCurve['points'][number])[] => {
  const epochs = groupedBy([...curves].flat(), ({ epoch }) => epoch);
  return [...epochs]
    .sort(([a], [b]) => a - b)
    .map(([epoch, siblings]) => {
      const values = siblings.map(({ value }) => value).filter((value) => value !== null);
      const [x, value] = [mean(siblings.map((point) => point.x)) ?? 0, mean(values)];
      return { epoch, x, value, mean: value, sd: sampleSd(values), n: values.length };
    });
};

/**
 * Differences to the baseline at the same place of the axis: between runs of one seed, where both have any; else between the means, whose
 * deviation is not defined.
 */
const differences = (curves: SeedCurves, baseline: SeedCurves): ReturnType<typeof averaged> => {
  const pairs = [...curves].flatMap(([seed, curve]) => {
    const other = baseline.get(seed);
    return other === undefined ? [] : [less(curve, other)];
  });
  if (pairs.length > 0) return averaged(pairs);
  const means = averaged(curves.values());
  return less(means, averaged(baseline.values())).map(({ epoch, x, value }, index) => ({
    ...{ epoch, x, value, mean: value, sd: null, n: value === null ? 0 : (means[index]?.n ?? 0) },
  }));
};

/**
 * A quantity's mean and deviation over the finished runs of each group, epoch by epoch; or that of its difference to one of the groups.
 * @param read - a run's quantity.
 */
export const groupCurves = (
  groups: readonly GroupOfRuns[],
  { axis, relativeTo }: Pick<CurveWish, 'axis' | 'relativeTo'>,
  read: (id: RunId) => readonly CurvePoint[],
  nameOfDataset?: NameOfDataset,
): GroupCurve[] => {
  const names = nameGroups(groups, nameOfDataset);
  const seedCurves = ({ finished }: GroupOfRuns): SeedCurves =>
    new Map(
      finished.map(({ id, seed }) => [
        seed,
        read(id).map((point) => ({ epoch: point.epoch, x: placeOf[axis](point), value: point.value })),
      ]),
    );
  const baseline = groups.find(({ key }) => key === relativeTo);
  const baselineCurves = baseline === undefined ? null : seedCurves(baseline);
  return groups.flatMap((group, index) => {
    const name = names[index];
    if (name === undefined) return [];
    const curves = seedCurves(group);
    const points = baselineCurves === null ? averaged(curves.values()) : differences(curves, baselineCurves);
    return [
      {
        ...{ key: group.key, groupHash: group.hash, label: name.label, method: name.method },
        points: points.map(({ x, mean: middle, sd, n }) => ({ x, mean: middle, sd, n })),
      },
    ];
  });
};

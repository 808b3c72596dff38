import { groupedBy } from '../../shared/groupedBy.ts';
import type { GroupCurve } from '../../shared/result.ts';
import type { RunSummary } from '../../shared/run.ts';
import { groupConfigOf, type RunConfig } from '../../shared/runConfig.ts';
import { differingPaths } from '../../shared/settings/index.ts';

/** What stands behind the curves of a run: nothing, the other seeds of its group, a few groups of its experiment, or all. */
export const siblingChoices = ['none', 'seeds', 'few', 'all'] as const;
export type SiblingChoice = (typeof siblingChoices)[number];

/** More bands than these hide each other. */
export const mostBands = 5;

type Curve = Pick<GroupCurve, 'groupHash' | 'method'>;

/** Its own group, then of each method what differs in the fewest settings, then the second of each, and so on. */
const closest = (
  curves: readonly Curve[],
  { groupHash, config }: Pick<RunSummary, 'groupHash' | 'config'>,
  configs: ReadonlyMap<string, RunConfig>,
): readonly Curve[] => {
  const own = groupConfigOf(config);
  const distance = ({ groupHash: hash }: Curve): number => {
    const other = configs.get(hash);
    return other === undefined ? Infinity : differingPaths([own, groupConfigOf(other)]).length;
  };
  const others = curves
    .filter((curve) => curve.groupHash !== groupHash)
    .map((curve) => ({ curve, far: distance(curve) }));
  const ranked = [...groupedBy(others, ({ curve }) => curve.method)].flatMap(([, same]) =>
    same.toSorted((a, b) => a.far - b.far).map((each, rank) => ({ ...each, rank })),
  );
  return [
    ...curves.filter((curve) => curve.groupHash === groupHash),
    ...ranked.toSorted((a, b) => a.rank - b.rank || a.far - b.far).map(({ curve }) => curve),
  ];
};

/** Hashes of the groups that stand behind a run's curves. @param configs - of the experiment's groups, by hash. */
export const chosenSiblings = (
  choice: SiblingChoice,
  curves: readonly Curve[],
  run: Pick<RunSummary, 'groupHash' | 'config'>,
  configs: ReadonlyMap<string, RunConfig>,
): ReadonlySet<string> => {
  if (choice === 'none') return new Set();
  if (choice === 'seeds') return new Set([run.groupHash]);
  const all =
    choice === 'all' || curves.length <= mostBands ? curves : closest(curves, run, configs).slice(0, mostBands);
  return new Set(all.map(({ groupHash }) => groupHash));
};

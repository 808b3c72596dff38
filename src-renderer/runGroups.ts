import { groupedBy } from '../shared/groupedBy.ts';
import { methodOf, type MethodId } from '../shared/method.ts';
import type { QuerySubject } from '../shared/query/fields.ts';
import type { GroupMeans } from '../shared/result.ts';
import type { RunSummary } from '../shared/run.ts';
import { compareCells, type GroupSubject } from '../shared/runs/column.ts';
import { sorting } from '../shared/runs/find.ts';
import type { RunSort } from '../shared/runs/view.ts';

/** All runs that differ only in seed, with the lab's means over those that finished. */
export interface RunGroup extends GroupSubject {
  /** Of the group, and for runs in the trash another one. */
  readonly key: string;
  readonly method: MethodId;
  /** Those that are shown, in their order. */
  readonly runs: readonly RunSummary[];
}

const keyOf = ({ run, isTrashed = false }: QuerySubject): string => (isTrashed ? 'trash ' : '') + run.groupHash;

/**
 * What was found by configuration; groups without a sort stand by their newest run.
 * @param all - found or not, by which groups are counted. @param found - in their order.
 */
export const groupRuns = (
  all: readonly QuerySubject[],
  found: readonly QuerySubject[],
  results: ReadonlyMap<string, GroupMeans>,
  sort: RunSort,
): RunGroup[] => {
  const siblingsOf = groupedBy(all, keyOf);
  const groups = [...groupedBy(found, keyOf)].flatMap(([key, [first, ...others]]): RunGroup[] => {
    if (first === undefined) return [];
    const members = [first, ...others] as const;
    const siblings = siblingsOf.get(key) ?? members;
    return [
      {
        ...{ key, method: methodOf(first.run.config.optimizer), subjects: members },
        runs: members.map(({ run }) => run),
        results: first.isTrashed === true ? null : (results.get(first.run.groupHash) ?? null),
        runCount: siblings.length,
        finishedCount: siblings.filter(({ run }) => run.state === 'finished').length,
      },
    ];
  });
  const by = sorting(sort);
  if (by === null) return groups; // by their newest run, as they were met
  const { column, isDescending } = by;
  return groups
    .map((group) => ({ group, value: column.ofGroup(group) }))
    .sort((a, b) => compareCells(a.value, b.value, isDescending))
    .map(({ group }) => group);
};

export const hasEnded = (run: RunSummary): boolean => run.state !== 'queued' && run.state !== 'running';

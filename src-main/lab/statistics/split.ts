import { createHash } from 'node:crypto';
import { groupedBy } from '../../../shared/groupedBy.ts';
import { conditionText, differingConditions } from './conditions.ts';
import type { FinishedRun, Group } from './groups.ts';

/** The conditions by which a group's runs were told apart, by name; empty where the whole table's were alike. */
export type Part = Readonly<Record<string, string>>;

/** A group with all of its finished runs, also several of one seed. */
export type WholeGroup = Omit<Group, 'key' | 'part' | 'climbed'>;
type PartOf<G> = G & Pick<Group, 'key' | 'part'>;

const hashOf = (part: Part): string => createHash('sha256').update(JSON.stringify(part)).digest('hex').slice(0, 8);

/**
 * Sets apart the finished runs of each group that were trained under unlike conditions, by every condition in which any two runs of the
 * table differ: what is compared then differs in nothing unsaid. Seeds without a finished run stay with the group's first part.
 */
export const splitByConditions = <G extends WholeGroup>(groups: readonly G[]): PartOf<G>[] => {
  const names = differingConditions(groups.flatMap(({ finished }) => finished)).map(({ name }) => name);
  const partOf = (run: FinishedRun): Part => Object.fromEntries(names.map((name) => [name, conditionText(run, name)]));
  return groups.flatMap((group): PartOf<G>[] => {
    const parts = [...groupedBy(group.finished, (run) => JSON.stringify(partOf(run))).values()];
    if (parts.length === 0) return [{ ...group, key: group.hash, part: {} }];
    return parts.map((finished, index) => {
      const part = finished[0] === undefined ? {} : partOf(finished[0]);
      const key = parts.length === 1 ? group.hash : `${group.hash}.${hashOf(part)}`;
      return { ...group, ...{ key, part, finished }, ...(index > 0 && { missingSeeds: {}, unfinishedRunIds: [] }) };
    });
  });
};

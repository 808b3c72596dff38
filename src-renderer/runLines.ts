import type { QuerySubject } from '../shared/query/fields.ts';
import type { RunGroup } from './runGroups.ts';

/** A line of the list: a run, or (without one) the row of a configuration. */
export interface RunLine {
  readonly key: string;
  readonly group: RunGroup;
  readonly subject: QuerySubject | null;
}

/**
 * The lines in their order: of configurations, with the runs of those that are open, or of runs alone.
 * @param shown - all runs, in the order in which they stand alone.
 */
export const runLines = (
  groups: readonly RunGroup[],
  shown: readonly QuerySubject[],
  isGrouped: boolean,
  opened: ReadonlySet<string>,
): RunLine[] => {
  const lineOf = (group: RunGroup, subject: QuerySubject): RunLine => ({ key: String(subject.run.id), group, subject });
  if (isGrouped) {
    return groups.flatMap((group) => [
      { key: group.key, group, subject: null },
      ...(opened.has(group.key) ? group.subjects.map((subject) => lineOf(group, subject)) : []),
    ]);
  }
  const groupOf = new Map(groups.flatMap((group) => group.subjects.map((subject) => [subject, group] as const)));
  return shown.flatMap((subject) => {
    const group = groupOf.get(subject);
    return group === undefined ? [] : [lineOf(group, subject)];
  });
};

/** What is chosen once the ticks of all lines from one to another are set or taken away. @param from - null: only `to`. */
export const toggledRange = (
  chosen: ReadonlySet<number>,
  lines: readonly RunLine[],
  from: string | null,
  to: string,
  isOn: boolean,
): ReadonlySet<number> => {
  const [a, b] = [from ?? to, to].map((key) => lines.findIndex((line) => line.key === key)).sort((x, y) => x - y);
  const next = new Set(chosen);
  const end = b ?? -1;
  for (const { group, subject } of lines.slice(a === undefined || a < 0 ? end : a, end + 1)) {
    for (const { id } of subject === null ? group.runs : [subject.run]) {
      if (isOn) next.add(id);
      else next.delete(id);
    }
  }
  return next;
};

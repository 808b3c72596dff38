import type { QuerySubject } from '../query/fields.ts';
import type { Query } from '../query/query.ts';
import { compareCells, type RunColumn } from './column.ts';
import { runColumnOf } from './columns.ts';
import type { RunSort } from './view.ts';

/** The column of a sort, and which way round; null where there is none, or no such column in this version. */
export const sorting = (sort: RunSort): { readonly column: RunColumn; readonly isDescending: boolean } | null => {
  const column = sort === null ? undefined : runColumnOf(sort.column);
  return sort === null || column === undefined ? null : { column, isDescending: sort.isDescending };
};

/** What the query finds, in the order of the sort; the newest first where there is none, and among equals. */
export const findRuns = (subjects: readonly QuerySubject[], query: Query, sort: RunSort): QuerySubject[] => {
  const found = subjects.filter(query.finds).sort((a, b) => b.run.id - a.run.id);
  const by = sorting(sort);
  if (by === null) return found;
  const { column, isDescending } = by;
  return found
    .map((subject) => ({ subject, value: column.ofRun(subject) }))
    .sort((a, b) => compareCells(a.value, b.value, isDescending))
    .map(({ subject }) => subject);
};

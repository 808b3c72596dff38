import type { ResultsTable } from '../../shared/result.ts';
import { rankedGroups } from '../rankedGroups.ts';

/** Marks and curves of more groups than this hide one another. */
export const mostDrawn = 60;

/** Keys of the groups that are too many to draw. */
export const leftOutOf = (table: ResultsTable): ReadonlySet<string> =>
  new Set(
    rankedGroups(table)
      .slice(mostDrawn)
      .map(({ key }) => key),
  );

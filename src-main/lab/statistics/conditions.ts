import { groupedBy } from '../../../shared/groupedBy.ts';
import type { FinishedRun } from './groups.ts';

/** Of a run that went on in another environment than it began in: worth saying even of one run. */
const resumedElsewhere = 'environments of one run';

/**
 * In what runs were not alike that moves their speed: "threads 2, 4; processor A, B". Null where they were, as far as is known: what a
 * former version of the lab did not record is no difference.
 */
export const unlikeConditions = (runs: readonly Pick<FinishedRun, 'conditions'>[]): string | null => {
  const entries = runs.flatMap(({ conditions }) => Object.entries<string>(conditions));
  const differing = [...groupedBy(entries, ([name]) => name)]
    .map(([name, found]) => ({ name, values: [...new Set(found.map(([, value]) => value))].toSorted() }))
    .filter(({ name, values }) => values.length > 1 || name === resumedElsewhere);
  return differing.length === 0 ? null : differing.map(({ name, values }) => `${name} ${values.join(', ')}`).join('; ');
};

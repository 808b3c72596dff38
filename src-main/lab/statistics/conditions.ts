import { groupedBy } from '../../../shared/groupedBy.ts';
import type { FinishedRun } from './groups.ts';

type Conditioned = Pick<FinishedRun, 'conditions'>;

/** Of a run that went on in another environment than it began in: worth saying even of one run. */
const resumedElsewhere = 'environments of one run';

/** The conditions that move speed and in which runs were not alike, with the values found. What was not recorded is no difference. */
export const differingConditions = (runs: readonly Conditioned[]): { name: string; values: string[] }[] => {
  const entries = runs.flatMap(({ conditions }) => Object.entries<string>(conditions));
  return [...groupedBy(entries, ([name]) => name)]
    .map(([name, found]) => ({ name, values: [...new Set(found.map(([, value]) => value))].toSorted() }))
    .filter(({ name, values }) => values.length > 1 || name === resumedElsewhere);
};

/**
 * In what runs were not alike that moves their speed: "threads 2, 4; processor A, B". Null where they were, as far as is known: what a
 * former version of the lab did not record is no difference.
 */
export const unlikeConditions = (runs: readonly Conditioned[]): string | null => {
  const differing = differingConditions(runs);
  return differing.length === 0 ? null : differing.map(({ name, values }) => `${name} ${values.join(', ')}`).join('; ');
};

/** A run's value of a condition, in words. */
export const conditionText = ({ conditions }: Conditioned, name: string): string =>
  conditions[name] ?? (name === resumedElsewhere ? '1' : 'not recorded');

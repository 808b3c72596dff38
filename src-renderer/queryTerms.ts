const termsOf = (query: string): string[] => query.match(/(?:[^\s"]|"[^"]*"?)+/g) ?? [];

/** Asks for a run's state, or for the trash. */
const isOfState = (term: string): boolean => term.startsWith('state:') || term === 'is:trashed';

/** The part of a query that asks for a state, such as "state:finished" or "is:trashed"; empty where none does. */
export const stateTerm = (query: string): string => termsOf(query).find(isOfState) ?? '';

/** The query with this part at its end in the place of what asked for a state. @param term - empty: in no state in particular. */
export const withStateTerm = (query: string, term: string): string =>
  [...termsOf(query).filter((each) => !isOfState(each)), ...(term === '' ? [] : [term])].join(' ');

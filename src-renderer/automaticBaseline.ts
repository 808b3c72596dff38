import { methodNames, type MethodId } from '../shared/method.ts';
import type { ResultsRow } from '../shared/result.ts';

/** Whom the lab compares with unless told otherwise: the first group of a method that has a finished run; there may be nobody. */
export const automaticBaseline = (rows: readonly Pick<ResultsRow, 'method' | 'n'>[], method: MethodId): string => {
  const name = methodNames[method];
  const groups = rows.filter((row) => row.method === method);
  if (groups.some(({ n }) => n > 0)) return `first ${name} group`;
  return groups.length === 0 ? `none: no ${name} group` : `none: no ${name} group has finished`;
};

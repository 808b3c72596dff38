import type { ResultsRow } from '../../shared/result.ts';
import type { RunId } from '../../shared/run.ts';

/**
 * A run of each group, of one seed wherever it can be: the first that most groups have a finished run of. Runs of one seed began with the same
 * weights and saw the same order of the data.
 */
export const oneSeedEach = (rows: readonly Pick<ResultsRow, 'runIds' | 'seeds'>[]): RunId[] => {
  const counts = new Map<number, number>();
  for (const { seeds } of rows) for (const seed of seeds) counts.set(seed, (counts.get(seed) ?? 0) + 1);
  const most = Math.max(0, ...counts.values());
  const shared = [...counts].flatMap(([seed, count]) => (count === most ? [seed] : [])).sort((a, b) => a - b)[0];
  return rows.flatMap(({ seeds, runIds }) => {
    const at = seeds.findIndex((seed) => seed === shared);
    return runIds[Math.max(0, at)] ?? [];
  });
};

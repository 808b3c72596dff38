import type { ResultsQuery } from '../../shared/result.ts';
import { groupConfigOf } from '../../shared/runConfig.ts';
import { groupHashesOf } from './store/groupHash.ts';
import type { Group } from './statistics/groups.ts';
import type { StoreReader } from './store/index.ts';

/** The groups that a query asks for, those of an experiment in the order of its arms; groups without a run are left out. */
export const readGroups = (read: StoreReader, query: ResultsQuery): Group[] =>
  hashesOf(read, query).flatMap((hash) => {
    const runs = read.runs.ofGroup(hash);
    const [first] = runs;
    if (first === undefined) return [];
    const finished = runs.filter(({ state }) => state === 'finished');
    const newestOfSeed = new Map(finished.map((run) => [run.config.seed, run]));
    return [
      {
        hash,
        config: groupConfigOf(first.config),
        finished: [...newestOfSeed.values()].map(({ id, config }) => ({
          id,
          seed: config.seed,
          epochs: read.epochs(id),
        })),
        unfinishedRunIds: runs.filter(({ state }) => state !== 'finished').map(({ id }) => id),
      },
    ];
  });

/**
 * An experiment's groups are those it asked for, also where their runs were made by another one (skipFinished), and those of its own
 * runs: before the lab kept what the data were, they may be several.
 */
const hashesOf = (read: StoreReader, { experimentIds, groupHashes }: ResultsQuery): string[] => {
  if (experimentIds.length === 0 && groupHashes.length === 0) return read.runs.groupHashes();
  const asked = experimentIds.flatMap((id) => {
    const experiment = read.experiment(id);
    return experiment === null ? [] : [...groupHashesOf(experiment), ...read.runs.groupHashesOf(id)];
  });
  return [...new Set([...asked, ...groupHashes])];
};

import type { ResultsQuery } from '../../shared/result.ts';
import { doDataDecide } from '../../shared/speed.ts';
import { groupHashesOf } from './store/groupHash.ts';
import type { FinishedRun, Group } from './statistics/groups.ts';
import { splitByConditions } from './statistics/split.ts';
import type { WholeGroup } from './statistics/split.ts';
import type { RunOfGroup, StoreReader } from './store/index.ts';

/**
 * The groups that a query asks for, those of an experiment in the order of its arms, or their parts where runs under unlike conditions are
 * to be apart; groups without a run are left out.
 */
export const readGroups = (read: StoreReader, query: ResultsQuery): Group[] => {
  const whole = wholeGroups(read, query);
  const groups = query.splitConditions
    ? splitByConditions(whole)
    : whole.map((group) => ({ ...group, key: group.hash, part: {} }));
  return groups.map((group) => {
    const finished = newestOfSeeds(group.finished);
    const ids = finished.map(({ id }) => id);
    return { ...group, finished, climbed: doDataDecide(group.config.optimizer) ? read.runs.climbedShare(ids) : null };
  });
};

const newestOfSeeds = (runs: readonly FinishedRun[]): FinishedRun[] => [
  ...new Map(runs.map((run) => [run.seed, run])).values(),
];

const wholeGroups = (read: StoreReader, query: ResultsQuery): WholeGroup[] => {
  const hashes = hashesOf(read, query);
  const runsOf = read.runs.ofGroups(hashes);
  const origins = read.origins.ofGroups(hashes);
  return hashes.flatMap((hash) => {
    const runs = runsOf.get(hash) ?? [];
    const config = read.runs.groupConfig(hash);
    if (config === null || runs.length === 0) return [];
    const origin = origins.get(hash);
    if (origin === undefined) return [];
    return [
      {
        hash,
        config,
        origin,
        finished: runs.flatMap((run) => finishedRun(run) ?? []),
        missingSeeds: missingSeedsOf(runs),
        unfinishedRunIds: runs.filter(({ state, isDamaged }) => state !== 'finished' || isDamaged).map(({ id }) => id),
      },
    ];
  });
};

/** A run whose numbers are not those that were stored counts as one that has none. */
const finishedRun = ({ state, isDamaged, ...run }: RunOfGroup): FinishedRun | null => {
  const { lastTestAccuracy, bestTestAccuracy, epochMs, activeMs } = run;
  const isWhole = state === 'finished' && !isDamaged && lastTestAccuracy !== null && bestTestAccuracy !== null;
  return isWhole && epochMs !== null && activeMs !== null
    ? { ...run, lastTestAccuracy, bestTestAccuracy, epochMs, activeMs }
    : null;
};

/** Of each seed that has no finished run with whole numbers, how its newest run stands: counted by state. */
const missingSeedsOf = (runs: readonly RunOfGroup[]): Group['missingSeeds'] => {
  const whole = new Set(runs.filter((run) => finishedRun(run) !== null).map(({ seed }) => seed));
  const newest = new Map(runs.map(({ seed, state }) => [seed, state === 'finished' ? ('damaged' as const) : state]));
  const counts: Group['missingSeeds'] = {};
  for (const [seed, state] of newest) {
    if (!whole.has(seed)) counts[state] = (counts[state] ?? 0) + 1;
  }
  return counts;
};

/**
 * An experiment's groups are those it asked for, also where their runs were made by another one (skipFinished), and those of its own
 * runs: before the lab kept what the data were, they may be several.
 */
const hashesOf = (read: StoreReader, { experimentIds, groupHashes }: ResultsQuery): string[] => {
  if (experimentIds.length === 0 && groupHashes.length === 0) return read.runs.groupHashes();
  const asked = experimentIds.flatMap((id) => {
    const experiment = read.experiment(id);
    const lab = read.origins.ofExperiment(id)?.lab ?? null;
    return experiment === null ? [] : [...groupHashesOf(experiment, lab), ...read.runs.groupHashesOf(id)];
  });
  return [...new Set([...asked, ...groupHashes])];
};

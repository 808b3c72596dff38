import { methodNames, methodOf, type MethodId } from '../shared/method.ts';
import type { ResultsRow } from '../shared/result.ts';
import type { RunState, RunSummary } from '../shared/run.ts';
import { groupConfigOf } from '../shared/runConfig.ts';
import { flatSettings } from './settingLabels.ts';

/** All runs that differ only in seed, with the lab's means over those that finished. */
export interface RunGroup {
  readonly hash: string;
  readonly method: MethodId;
  /** Those that pass the filter. */
  readonly runs: readonly RunSummary[];
  /** Of all its runs, filtered or not. */
  readonly finishedCount: number;
  readonly runCount: number;
  readonly settings: ReadonlyMap<string, string>;
  readonly results: ResultsRow | null;
}

export interface RunFilter {
  readonly search: string;
  readonly state: RunState | 'any';
}

const matches = (run: RunSummary, words: readonly string[], datasetName: string): boolean => {
  const settings = [...flatSettings(groupConfigOf(run.config)).values()].join(' ');
  const method = methodNames[methodOf(run.config.optimizer)];
  const text =
    `${method} ${run.experimentName} ${datasetName} ${run.state} ${run.id} seed ${run.config.seed} ${settings}`.toLowerCase();
  return words.every((word) => text.includes(word));
};

/** Runs that pass the filter, newest first within groups, groups by their newest run. */
export const groupRuns = (
  runs: readonly RunSummary[],
  rows: readonly ResultsRow[],
  filter: RunFilter,
  nameOfDataset: (id: string) => string,
): RunGroup[] => {
  const words = filter.search
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  const groups = new Map<string, RunSummary[]>();
  for (const run of runs.toSorted((a, b) => b.id - a.id)) {
    if (filter.state !== 'any' && run.state !== filter.state) continue;
    if (!matches(run, words, nameOfDataset(run.config.dataset.id))) continue;
    groups.set(run.groupHash, [...(groups.get(run.groupHash) ?? []), run]);
  }
  const resultOf = new Map(rows.map((row) => [row.groupHash, row]));
  return [...groups].flatMap(([hash, members]) => {
    const [first] = members;
    if (!first) return [];
    const all = runs.filter(({ groupHash }) => groupHash === hash);
    const config = groupConfigOf(first.config);
    const named = { ...config, dataset: { ...config.dataset, id: nameOfDataset(config.dataset.id) } };
    return [
      {
        hash,
        method: methodOf(config.optimizer),
        runs: members,
        settings: flatSettings(named),
        results: resultOf.get(hash) ?? null,
        runCount: all.length,
        finishedCount: all.filter(({ state }) => state === 'finished').length,
      },
    ];
  });
};

export const hasEnded = (run: RunSummary): boolean => run.state !== 'queued' && run.state !== 'running';

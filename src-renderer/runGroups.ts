import { groupedBy } from '../shared/groupedBy.ts';
import { methodOf, nameOfMethod, type MethodId } from '../shared/method.ts';
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

/** What the runs of a group have in common, in words. */
interface Described {
  readonly method: MethodId;
  readonly settings: ReadonlyMap<string, string>;
  /** Of the method and all settings, in lower case: where words are looked for. */
  readonly text: string;
}

/** A hash names one configuration for ever, so none is described twice. */
const described = new Map<string, Described>();

const describe = (run: RunSummary): Described => {
  const known = described.get(run.groupHash);
  if (known !== undefined) return known;
  const method = methodOf(run.config.optimizer);
  const settings = flatSettings(groupConfigOf(run.config));
  const fresh = {
    method,
    settings,
    text: [nameOfMethod(run.config.optimizer), ...settings.values()].join(' ').toLowerCase(),
  };
  described.set(run.groupHash, fresh);
  return fresh;
};

const matches = (run: RunSummary, words: readonly string[], datasetName: string): boolean => {
  if (words.length === 0) return true;
  const own = `${run.experimentName} ${datasetName} ${run.state} ${run.id} seed ${run.config.seed}`.toLowerCase();
  const { text } = describe(run);
  return words.every((word) => own.includes(word) || text.includes(word));
};

/** Runs that pass the filter, newest first within groups, groups by their newest run. */
export const groupRuns = (
  runs: readonly RunSummary[],
  results: ReadonlyMap<string, ResultsRow>,
  filter: RunFilter,
  nameOfDataset: (id: string) => string,
): RunGroup[] => {
  const words = filter.search
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  const all = groupedBy(
    runs.toSorted((a, b) => b.id - a.id),
    ({ groupHash }) => groupHash,
  );
  const isShown = (run: RunSummary): boolean =>
    (filter.state === 'any' || run.state === filter.state) && matches(run, words, nameOfDataset(run.config.dataset.id));
  const groups = [...all].flatMap(([hash, siblings]): RunGroup[] => {
    const members = siblings.filter(isShown);
    const [first] = members;
    if (!first) return [];
    const { method, settings } = describe(first);
    return [
      {
        ...{ hash, method, runs: members, results: results.get(hash) ?? null, runCount: siblings.length },
        settings: new Map([...settings, ['dataset.id', nameOfDataset(first.config.dataset.id)]]),
        finishedCount: siblings.filter(({ state }) => state === 'finished').length,
      },
    ];
  });
  // The newest run that is shown decides a group's place.
  return groups.sort((a, b) => (b.runs[0]?.id ?? 0) - (a.runs[0]?.id ?? 0));
};

export const hasEnded = (run: RunSummary): boolean => run.state !== 'queued' && run.state !== 'running';

import type { Annotation } from '../shared/annotation.ts';
import { groupedBy } from '../shared/groupedBy.ts';
import { methodOf, type MethodId } from '../shared/method.ts';
import type { Query } from '../shared/query/query.ts';
import type { ResultsRow } from '../shared/result.ts';
import type { RunId, RunState, RunSummary } from '../shared/run.ts';
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
  readonly query: Query;
  readonly state: RunState | 'any';
  readonly annotationOf: (runId: RunId) => Annotation;
}

/** What the runs of a group have in common. */
interface Described {
  readonly method: MethodId;
  readonly settings: ReadonlyMap<string, string>;
}

/** A hash names one configuration for ever, so none is described twice. */
const described = new Map<string, Described>();

const describe = (run: RunSummary): Described => {
  const known = described.get(run.groupHash);
  if (known !== undefined) return known;
  const fresh = {
    method: methodOf(run.config.optimizer),
    settings: flatSettings(groupConfigOf(run.config)),
  };
  described.set(run.groupHash, fresh);
  return fresh;
};

/** Runs that pass the filter, newest first within groups, groups by their newest run. */
export const groupRuns = (
  runs: readonly RunSummary[],
  results: ReadonlyMap<string, ResultsRow>,
  filter: RunFilter,
  nameOfDataset: (id: string) => string,
): RunGroup[] => {
  const all = groupedBy(
    runs.toSorted((a, b) => b.id - a.id),
    ({ groupHash }) => groupHash,
  );
  const isShown = (run: RunSummary): boolean => {
    const annotation = filter.annotationOf(run.id);
    if (annotation.archived && !filter.query.asksForArchived) return false;
    const datasetName = nameOfDataset(run.config.dataset.id);
    return (
      (filter.state === 'any' || run.state === filter.state) && filter.query.matches({ run, annotation, datasetName })
    );
  };
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

import type { AnalysisSettings } from '../../../shared/analyses/index.ts';
import { groupedBy } from '../../../shared/groupedBy.ts';
import type { RunId } from '../../../shared/run.ts';
import { canonicalJson } from '../../../shared/runConfig.ts';
import { analysedGroups, type AnalysedGroups } from '../analyses/groups.ts';
import type { Group } from '../statistics/groups.ts';
import type { StoreReader } from '../store/index.ts';

export interface StudyAnalyses {
  readonly settings: AnalysisSettings;
  /** What is there to draw; null where nothing is. */
  readonly groups: AnalysedGroups | null;
  readonly done: number;
  /** Trained, but not analysed with the study's settings. */
  readonly missingRunIds: readonly RunId[];
}

/**
 * The analyses that a study draws, one of each group: of whichever of its runs was analysed, since a seed may have been trained again to be
 * observed; else the first run is missing.
 * @param settings - null where it draws none; so is the answer then.
 */
export const studyAnalyses = (
  settings: AnalysisSettings | null,
  groups: readonly Group[],
  read: StoreReader,
): StudyAnalyses | null => {
  if (settings === null) return null;
  const key = canonicalJson(settings);
  const all = groupedBy(
    read.analyses.all().filter((each) => canonicalJson(each.settings) === key),
    ({ runId }) => {
      const run = read.runs.one(runId);
      return run?.state === 'finished' ? run.groupHash : null;
    },
  );
  const found = groups.flatMap(({ hash, finished: [first] }) => {
    const own = all.get(hash) ?? [];
    const analysis = own.findLast(({ state }) => state === 'finished') ?? own.at(-1);
    return first === undefined ? [] : [{ runId: analysis?.runId ?? first.id, analysis }];
  });
  const ids = found.flatMap(({ analysis }) => (analysis === undefined ? [] : [analysis.id]));
  return {
    settings,
    groups: ids.length === 0 ? null : analysedGroups(read, ids),
    done: found.filter(({ analysis }) => analysis?.state === 'finished').length,
    missingRunIds: found
      .filter(({ analysis }) => analysis === undefined || ['cancelled', 'failed'].includes(analysis.state))
      .map(({ runId }) => runId),
  };
};

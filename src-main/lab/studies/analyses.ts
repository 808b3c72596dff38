import type { AnalysisSettings } from '../../../shared/analyses/index.ts';
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
 * The analyses that a study draws, of the first finished run of each group.
 * @param settings - null where it draws none; so is the answer then.
 */
export const studyAnalyses = (
  settings: AnalysisSettings | null,
  groups: readonly Group[],
  read: StoreReader,
): StudyAnalyses | null => {
  if (settings === null) return null;
  const key = canonicalJson(settings);
  const all = read.analyses.all().filter((each) => canonicalJson(each.settings) === key);
  const runIds = groups.flatMap(({ finished }) => finished[0]?.id ?? []);
  const found = runIds.map((runId) => all.filter((each) => each.runId === runId).at(-1));
  const ids = found.flatMap((analysis) => (analysis === undefined ? [] : [analysis.id]));
  return {
    settings,
    groups: ids.length === 0 ? null : analysedGroups(read, ids),
    done: found.filter((analysis) => analysis?.state === 'finished').length,
    missingRunIds: runIds.filter((_, index) => {
      const state = found[index]?.state;
      return state === undefined || state === 'cancelled' || state === 'failed';
    }),
  };
};

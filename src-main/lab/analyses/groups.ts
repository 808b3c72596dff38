import type { AnalysisRow, AnalysisSettings } from '../../../shared/analyses/index.ts';
import { LabError } from '../../../shared/errors.ts';
import { groupedBy } from '../../../shared/groupedBy.ts';
import type { MethodId } from '../../../shared/methods/index.ts';
import { everyGroup } from '../../../shared/result.ts';
import { canonicalJson } from '../../../shared/runConfig.ts';
import { readGroups } from '../groups.ts';
import { nameGroups } from '../statistics/groups.ts';
import type { StoredAnalysis } from '../store/analyses.ts';
import type { StoreReader } from '../store/index.ts';

/** The analyses of a group's runs that are drawn together. */
export interface AnalysedGroup {
  readonly label: string;
  readonly method: MethodId;
  /** After how many epochs the analysed checkpoint of each run was kept. */
  readonly epochs: readonly number[];
  /** Rows of each run's analysis. */
  readonly analyses: readonly (readonly AnalysisRow[])[];
}

export interface AnalysedGroups {
  readonly settings: AnalysisSettings;
  readonly groups: readonly AnalysedGroup[];
}

/** Each run's newest; those that have finished, or the one that is farthest where none has. */
const shownOf = (all: readonly StoredAnalysis[]): StoredAnalysis[] => {
  const newest = [...new Map(all.toSorted((a, b) => a.id - b.id).map((each) => [each.runId, each])).values()];
  const finished = newest.filter(({ state }) => state === 'finished');
  const farthest = newest.toSorted((a, b) => b.rowsDone - a.rowsDone).slice(0, 1);
  return (finished.length > 0 ? finished : farthest).filter(({ rowsDone }) => rowsDone > 0);
};

/**
 * Analyses with the same settings, by the groups of their runs, in the order in which they are named first.
 * @throws LabError RUN_NOT_FOUND, CONFIG_INVALID where their settings are not the same.
 */
export const analysedGroups = (read: StoreReader, ids: readonly number[]): AnalysedGroups => {
  const analyses = ids.map((id) => {
    const found = read.analyses.one(id);
    if (found === null) throw new LabError('RUN_NOT_FOUND', `There is no analysis ${id} in this workspace.`);
    return found;
  });
  const [first] = analyses;
  if (first === undefined) throw new LabError('CONFIG_INVALID', 'Name at least one analysis to draw.');
  const other = analyses.find(({ settings }) => canonicalJson(settings) !== canonicalJson(first.settings));
  if (other !== undefined) {
    throw new LabError(
      'CONFIG_INVALID',
      `Analyses ${first.id} and ${other.id} have different settings; only analyses with the same images, directions and places compare.`,
    );
  }
  const byGroup = groupedBy(analyses, ({ runId }) => read.runs.one(runId)?.groupHash ?? '');
  const groups = readGroups(read, { ...everyGroup, groupHashes: [...byGroup.keys()] });
  const names = nameGroups(groups);
  return {
    settings: first.settings,
    groups: groups.flatMap((group, index): AnalysedGroup[] => {
      const shown = shownOf(byGroup.get(group.hash) ?? []);
      const name = names[index];
      if (name === undefined || shown.length === 0) return [];
      return [
        {
          ...{ label: name.label, method: name.method, epochs: shown.map(({ epoch }) => epoch) },
          analyses: shown.map(({ id }) => read.analyses.rows(id)),
        },
      ];
    }),
  };
};

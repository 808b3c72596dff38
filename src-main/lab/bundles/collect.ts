import type { BundledExperiment, BundledRun, BundledSpeed } from '../../../shared/bundle.ts';
import { LabError } from '../../../shared/errors.ts';
import type { Origin } from '../../../shared/origin.ts';
import type { RunId } from '../../../shared/run.ts';
import { canonicalJson } from '../../../shared/runConfig.ts';
import { speedBaseOf } from '../../../shared/speed.ts';
import { readGroups } from '../groups.ts';
import { everyGroup } from '../../../shared/result.ts';
import type { StoreReader } from '../store/index.ts';

/** What is to be exported; both lists empty = everything. */
export interface BundleSelection {
  /** With the runs that others have made of their groups. */
  readonly experimentIds: readonly number[];
  readonly runIds: readonly RunId[];
  readonly withCheckpoints: boolean;
  /** What this lab calls itself in the bundle; null: by its number. */
  readonly name: string | null;
  readonly isExample: boolean;
}

export interface CollectedBundle {
  readonly experiments: readonly BundledExperiment[];
  readonly speeds: readonly BundledSpeed[];
  /** With the number that the run has here. */
  readonly runs: readonly (BundledRun & { readonly id: RunId })[];
  /** Runs that a bundle does not take, and why, a sentence each. */
  readonly leftOut: readonly string[];
}

/**
 * Reads what belongs to a selection.
 * @throws LabError EXPERIMENT_NOT_FOUND, RUN_NOT_FOUND; EXPORT_EMPTY where no run of it can be exported.
 */
export const collectBundle = (read: StoreReader, selection: BundleSelection): CollectedBundle => {
  const self = read.bundles.self(selection.name, selection.isExample);
  const summaries = new Map(read.experiments().map((experiment) => [experiment.id, experiment]));
  const experiments: BundledExperiment[] = [];
  const places = new Map<number, number>();
  const placeOf = (id: number): number => {
    const known = places.get(id);
    if (known !== undefined) return known;
    const found = summaries.get(id);
    if (found === undefined) throw new LabError('RUN_NOT_UNDERSTOOD', `Experiment ${id} is not understood.`);
    const { experiment, createdAt, origin } = found;
    experiments.push({
      origin: { ...(origin ?? self), experiment: read.origins.numberOfExperiment(id) ?? id },
      ...{ createdAt, experiment },
    });
    places.set(id, experiments.length - 1);
    return experiments.length - 1;
  };
  const runs: (BundledRun & { id: RunId })[] = [];
  const leftOut: string[] = [];
  for (const id of runIdsOf(read, selection)) {
    try {
      const { experimentId, ...run } = read.bundles.run(id, self, selection.withCheckpoints);
      runs.push({ ...run, id, experiment: placeOf(experimentId) });
    } catch (error) {
      if (!(error instanceof LabError)) throw error;
      leftOut.push(error.message);
    }
  }
  if (runs.length === 0)
    throw new LabError('EXPORT_EMPTY', ['There is no run to export: none of these has ended.', ...leftOut].join(' '));
  return { experiments, runs, leftOut, speeds: speedsOf(read, self, runs) };
};

const runIdsOf = (read: StoreReader, { experimentIds, runIds }: BundleSelection): RunId[] => {
  const all = read.runs.all().map(({ id }) => id);
  if (experimentIds.length === 0 && runIds.length === 0) return all;
  const unknown = experimentIds.find((id) => read.experiment(id) === null);
  if (unknown !== undefined)
    throw new LabError('EXPERIMENT_NOT_FOUND', `There is no experiment ${unknown} in this workspace.`);
  const missing = runIds.find((id) => !all.includes(id));
  if (missing !== undefined)
    throw new LabError('RUN_NOT_FOUND', `There is no run ${missing} in this workspace, or it lies in the trash.`);
  const groups =
    experimentIds.length === 0 ? [] : readGroups(read, { ...everyGroup, experimentIds: [...experimentIds] });
  const wanted = new Set([
    ...runIds,
    ...experimentIds.flatMap((id) => read.runs.ofExperiment(id).map((run) => run.id)),
    ...groups.flatMap(({ finished, unfinishedRunIds }) => [...finished.map(({ id }) => id), ...unfinishedRunIds]),
  ]);
  return [...wanted].sort((a, b) => a - b);
};

/** Speeds that were measured together with the settings of these runs, by their own lab. */
const speedsOf = (read: StoreReader, self: Origin, runs: readonly BundledRun[]): BundledSpeed[] => {
  const labs = new Map(runs.map(({ origin: { run: _, ...origin } }) => [origin.lab, origin]));
  const bases = new Set(runs.map(({ config }) => canonicalJson(speedBaseOf(config))));
  return [...labs.values()].flatMap((origin) => {
    const measured = origin.lab === self.lab ? read.ownSpeeds() : read.importedSpeeds(origin.lab);
    const fitting = measured.filter(({ base }) => bases.has(canonicalJson(base)));
    return fitting.toReversed().map((measurement) => ({ origin, measurement })); // the oldest first, as they were stored
  });
};

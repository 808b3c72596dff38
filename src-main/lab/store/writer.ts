import type { AnnotationChange } from '../../../shared/annotation.ts';
import type { EpochMetrics, StepMetrics } from '../../../shared/metrics.ts';
import type { CheckpointFile, RunId } from '../../../shared/run.ts';
import type { Experiment } from '../../../shared/experiment.ts';
import type { RunConfig } from '../../../shared/runConfig.ts';
import type { Database } from './database.ts';
import { analysisTable } from './analyses.ts';
import { bundleWriter } from './bundleWriter.ts';
import { annotationTable } from './annotations.ts';
import { checkpointTable } from './checkpoints.ts';
import { checksumTable } from './checksums.ts';
import { selfTestResultTable } from './selfTestResults.ts';
import { clusterJobTable } from './clusterJobs.ts';
import { environmentTable } from './environments.ts';
import { epochTable } from './epochs.ts';
import { experimentTable } from './experiments.ts';
import { failingInWords } from './failures.ts';
import { logTable } from './logs.ts';
import { pauseTable } from './pause.ts';
import { runCopies } from './runCopies.ts';
import { runStates } from './runStates.ts';
import type { EndState } from './runStates.ts';
import { runSummaryTable } from './runSummaries.ts';
import { runViewTable } from './runViews.ts';
import { settingTable } from './settings.ts';
import { speedMeasurementTable } from './speedMeasurements.ts';
import { stepTable } from './steps.ts';
import { trainedInTable } from './trainedIn.ts';

/** All that can be changed in the store; each call is one transaction, on disk when it returns. */
export const storeWriter = (database: Database) => {
  const states = runStates(database);
  const experiments = experimentTable(database);
  const epochs = epochTable(database);
  const steps = stepTable(database);
  const environments = environmentTable(database);
  const logs = logTable(database);
  const checkpoints = checkpointTable(database);
  const copies = runCopies(database);
  const summaries = runSummaryTable(database);
  const checksums = checksumTable(database);
  const annotations = annotationTable(database);
  const runViews = runViewTable(database);
  const pause = pauseTable(database);
  const forEach = <T>(items: readonly T[], change: (item: T) => void): void =>
    database.transaction(() => items.forEach(change))();
  const addTo = (experimentId: number, configs: readonly RunConfig[], place: string | null): RunId[] => {
    const at = new Date().toISOString();
    return configs.map((config) => states.insert(experimentId, config, at, place));
  };
  return {
    /**
     * @param place - where its runs are to train; null: on the lab's own machine.
     * @param isWhole - false: further runs follow, and nobody sees it before `addMore` has added the last ones.
     */
    addExperiment: database.transaction(
      (experiment: Experiment, configs: readonly RunConfig[], place: string | null = null, isWhole = true) => {
        const experimentId = experiments.insert(experiment, new Date().toISOString());
        if (!isWhole) experiments.arrive(experimentId);
        return { experimentId, runIds: addTo(experimentId, configs, place) };
      },
    ),
    addMore: database.transaction(
      (experimentId: number, configs: readonly RunConfig[], place: string | null, isWhole: boolean): RunId[] => {
        const runIds = addTo(experimentId, configs, place);
        if (isWhole) experiments.arrived(experimentId);
        return runIds;
      },
    ),
    /** Removes what was not added to its end. */
    removeArriving: database.transaction(experiments.removeArriving),
    /** Adds runs to experiments that exist. */
    addRuns: database.transaction(
      (runs: readonly { experimentId: number; config: RunConfig; wantedPlace?: string | null }[]): RunId[] => {
        const at = new Date().toISOString();
        return runs.map(({ experimentId, config, wantedPlace }) =>
          states.insert(experimentId, config, at, wantedPlace),
        );
      },
    ),
    /**
     * Adds an experiment of one run that begins with all that was measured in another one, and with its checkpoints.
     * @param provide - puts the checkpoints' files in their place; if it fails, nothing was added.
     */
    addExtension: database.transaction(
      (experiment: Experiment, config: RunConfig, source: RunId, provide: (added: RunId) => CheckpointFile[]) => {
        const at = new Date().toISOString();
        const experimentId = experiments.insert(experiment, at);
        const runId = states.insert(experimentId, config, at);
        copies.copyMeasured(source, runId);
        for (const checkpoint of provide(runId)) checkpoints.insert(runId, checkpoint);
        return { experimentId, runId };
      },
    ),
    /** @param place - where they go on; null: on the lab's own machine; undefined: where they were wanted before. */
    resume: (ids: readonly RunId[], place?: string | null): void =>
      forEach(ids, (id) => {
        states.resume(id);
        if (place !== undefined) states.send(id, place);
      }),
    markFailed: (ids: readonly RunId[]): void => forEach(ids, states.markFailed),
    /** Removes runs for good, of those that lie in the trash; what files they have goes before. */
    removeDeleted: database.transaction(copies.removeDeleted),
    describe: states.describe,
    start: states.start,
    end: database.transaction((id: RunId, to: EndState, reason: string | null) => {
      states.end(id, to, reason);
      checksums.sealTogether(id);
    }),
    sealTogether: (ids: readonly RunId[]): void => forEach(ids, checksums.sealTogether),
    refuse: states.refuse,
    requestStop: states.requestStop,
    judge: states.judge,
    cancel: (ids: readonly RunId[]): void => forEach(ids, states.cancel),
    uncancel: database.transaction((ids: readonly RunId[], beforeId: RunId | null) => {
      ids.forEach(states.uncancel);
      states.move(ids, beforeId);
    }),
    setDeleted: (ids: readonly RunId[], deleted: boolean): void => forEach(ids, (id) => states.setDeleted(id, deleted)),
    move: database.transaction((ids: readonly RunId[], beforeId: RunId | null) => states.move(ids, beforeId)),
    setPaused: pause.set,
    setting: settingTable(database).set,
    settingOfWindow: settingTable(database).setOfWindow,
    environment: environments.insert,
    beginsIn: trainedInTable(database).begin,
    selfTestResult: selfTestResultTable(database).insert,
    speedMeasurement: speedMeasurementTable(database).insert,
    /** @param isAgain - an epoch that a run trains again takes the place of the former one; else that is an error. */
    epoch: database.transaction((id: RunId, metrics: EpochMetrics, nonFinite: boolean, isAgain = false) => {
      if (isAgain) epochs.remove(id, metrics);
      epochs.insert(id, metrics, nonFinite);
      checksums.sealEpoch(id, metrics.epoch);
      summaries.renew(id);
      checksums.sealSummary(id);
    }),
    steps: (id: RunId, sampled: readonly { metrics: StepMetrics; nonFinite: boolean }[], isAgain = false): void =>
      forEach(sampled, ({ metrics, nonFinite }) => {
        if (isAgain) steps.remove(id, metrics);
        steps.insert(id, metrics, nonFinite);
      }),
    annotate: (ids: readonly RunId[], change: AnnotationChange): void =>
      forEach(ids, (id) => annotations.change(id, change)),
    jobs: failingInWords(clusterJobTable(database)),
    saveRunView: runViews.put,
    removeRunView: runViews.remove,
    analyses: analysisTable(database),
    addBundle: bundleWriter(database),
    checkpoint: checkpoints.insert,
    /** Forgets checkpoints; their files may go afterwards. */
    dropCheckpoints: (id: RunId, fileNames: readonly string[]): void =>
      forEach(fileNames, (fileName) => checkpoints.remove(id, fileName)),
    log: logs.insert,
  };
};
export type StoreWriter = ReturnType<typeof storeWriter>;

import type { EpochMetrics, StepMetrics } from '../../../shared/metrics.ts';
import type { RunId } from '../../../shared/run.ts';
import type { Experiment, RunConfig } from '../../../shared/runConfig.ts';
import type { Database } from './database.ts';
import { environmentTable } from './environments.ts';
import { epochTable } from './epochs.ts';
import { experimentTable } from './experiments.ts';
import { logTable } from './logs.ts';
import { pauseTable } from './pause.ts';
import { runStates } from './runStates.ts';
import { stepTable } from './steps.ts';

/** All that can be changed in the store; each call is one transaction, on disk when it returns. */
export const storeWriter = (database: Database) => {
  const states = runStates(database);
  const experiments = experimentTable(database);
  const epochs = epochTable(database);
  const steps = stepTable(database);
  const environments = environmentTable(database);
  const logs = logTable(database);
  const pause = pauseTable(database);
  const forEach = <T>(items: readonly T[], change: (item: T) => void): void =>
    database.transaction(() => items.forEach(change))();
  return {
    addExperiment: database.transaction((experiment: Experiment, configs: readonly RunConfig[]) => {
      const at = new Date().toISOString();
      const experimentId = experiments.insert(experiment, at);
      return { experimentId, runIds: configs.map((config) => states.insert(experimentId, config, at)) };
    }),
    /** Adds runs to experiments that exist. */
    addRuns: database.transaction((runs: readonly { experimentId: number; config: RunConfig }[]): RunId[] => {
      const at = new Date().toISOString();
      return runs.map(({ experimentId, config }) => states.insert(experimentId, config, at));
    }),
    start: states.start,
    end: states.end,
    refuse: states.refuse,
    requestStop: states.requestStop,
    cancel: (ids: readonly RunId[]): void => forEach(ids, states.cancel),
    setDeleted: (ids: readonly RunId[], deleted: boolean): void => forEach(ids, (id) => states.setDeleted(id, deleted)),
    move: database.transaction((id: RunId, beforeId: RunId | null) => states.move(id, beforeId)),
    setPaused: pause.set,
    environment: environments.insert,
    epoch: database.transaction((id: RunId, metrics: EpochMetrics, nonFinite: boolean) =>
      epochs.insert(id, metrics, nonFinite),
    ),
    steps: (id: RunId, sampled: readonly { metrics: StepMetrics; nonFinite: boolean }[]): void =>
      forEach(sampled, ({ metrics, nonFinite }) => steps.insert(id, metrics, nonFinite)),
    log: logs.insert,
  };
};
export type StoreWriter = ReturnType<typeof storeWriter>;

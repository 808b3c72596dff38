import type { RunDetail, RunId } from '../../../shared/run.ts';
import type { Database } from './database.ts';
import { checkpointTable } from './checkpoints.ts';
import { deviceProbeTable } from './deviceProbes.ts';
import { environmentTable } from './environments.ts';
import { epochTable } from './epochs.ts';
import { experimentTable } from './experiments.ts';
import { logTable } from './logs.ts';
import { pauseTable } from './pause.ts';
import { runReader } from './runs.ts';
import { stepTable } from './steps.ts';

const mostSteps = 2000;

/** All that can be read from the store. */
export const storeReader = (database: Database) => {
  const runs = runReader(database);
  const environments = environmentTable(database);
  const epochs = epochTable(database);
  const steps = stepTable(database);
  const logs = logTable(database);
  const checkpoints = checkpointTable(database);
  const experiments = experimentTable(database);
  return {
    runs,
    epochs: epochs.of,
    curve: epochs.curve,
    environment: environments.of,
    checkpoints: checkpoints.of,
    deviceProbes: deviceProbeTable(database).of,
    experiments: experiments.all,
    experiment: experiments.definition,
    isPaused: pauseTable(database).isPaused,
    detail: (id: RunId): RunDetail | null => {
      const run = runs.one(id);
      if (run === null) return null;
      return {
        run,
        environment: environments.of(id),
        epochs: epochs.of(id),
        steps: steps.of(id, mostSteps),
        log: logs.of(id),
        checkpoints: checkpoints.of(id),
      };
    },
  };
};
export type StoreReader = ReturnType<typeof storeReader>;

import { augmentationMisfitOf, imageSizeOf } from '../../../shared/dataset.ts';
import { LabError } from '../../../shared/errors.ts';
import type { LabApi, LabEvent } from '../../../shared/labApi.ts';
import { misfitOf } from '../../../shared/models.ts';
import type { RunId, RunSummary } from '../../../shared/run.ts';
import { experimentSchema } from '../../../shared/experiment.ts';
import type { Experiment } from '../../../shared/experiment.ts';
import type { Library } from '../datasets/index.ts';
import { planExperiment } from '../plan.ts';
import type { RunQueue } from '../queue.ts';
import type { Store } from '../store/index.ts';
import { answering, doing } from './answering.ts';

type QueueApi = Pick<
  LabApi,
  'plan' | 'enqueue' | 'queue' | 'pauseQueue' | 'moveRun' | 'stopRun' | 'cancelRuns' | 'repeatRuns' | 'deleteRuns'
>;

export interface QueueParts {
  readonly store: Store;
  readonly library: Library;
  readonly queue: RunQueue;
  readonly builtIn: Promise<void>;
  /** Runs were put into the queue. */
  readonly added: (runIds: readonly RunId[]) => void;
  readonly emit: (event: LabEvent) => void;
}

/** Requests that make, order and end runs. */
export const queueRequests = ({ store, library, queue, builtIn, added, emit }: QueueParts): QueueApi => {
  const { read, write } = store;

  const plan = async (experiment: Experiment) => {
    await builtIn;
    return planExperiment(read, experiment, (id) => library.list().find((dataset) => dataset.id === id) ?? null);
  };

  return {
    plan,
    enqueue: async (input) => {
      const experiment = experimentSchema.parse(input);
      const planned = await plan(experiment);
      checkDataset(experiment, library);
      const wanted = planned.filter(({ finishedRunId }) => !experiment.skipFinished || finishedRunId === null);
      const result = write.addExperiment(
        experiment,
        wanted.map(({ config }) => config),
      );
      added(result.runIds);
      return result;
    },
    queue: answering(() => queue.status()),
    pauseQueue: doing(({ paused }) => queue.setPaused(paused)),
    moveRun: doing(({ runId, beforeRunId }) => {
      write.move(runId, beforeRunId);
      queue.wake();
    }),
    stopRun: doing(({ runId, when }) => queue.stop(runId, when)),
    cancelRuns: doing(({ runIds }) => {
      write.cancel(runIds);
      runIds.forEach((id) => tellRun(store, id, emit));
      queue.wake();
    }),
    repeatRuns: answering(({ runIds }) => {
      const repeated = write.addRuns(runIds.map((id) => endedRun(store, id)));
      added(repeated);
      return { runIds: repeated };
    }),
    deleteRuns: doing(({ runIds, deleted }) => {
      write.setDeleted(runIds, deleted);
      emit({ type: 'runsChanged' });
    }),
  };
};

/** @throws LabError DATASET_NOT_FOUND, or CONFIG_INVALID where its runs could not start on this data set, with the reason. */
const checkDataset = ({ shared: { dataset, augmentation, model } }: Experiment, library: Library): void => {
  const info = library.get(dataset.id);
  const misfit = augmentationMisfitOf(info, augmentation) ?? misfitOf(model.id, ...imageSizeOf(info, augmentation));
  if (misfit !== null) throw new LabError('CONFIG_INVALID', misfit);
  const { trainCount, name } = info;
  if (dataset.trainSubset === null || dataset.trainSubset <= trainCount) return;
  throw new LabError(
    'CONFIG_INVALID',
    `${name} has ${trainCount} training images; the experiment asks for ${dataset.trainSubset}. Ask for fewer, or for all.`,
  );
};

const endedRun = ({ read }: Store, id: RunId): RunSummary => {
  const run = read.runs.one(id);
  if (run === null) throw new LabError('RUN_NOT_FOUND', `There is no run ${id} in this workspace.`);
  if (run.endedAt === null)
    throw new LabError('RUN_STATE', `Run ${id} is ${run.state}; only ended runs can be repeated.`);
  return run;
};

const tellRun = ({ read }: Store, id: RunId, emit: (event: LabEvent) => void): void => {
  const run = read.runs.one(id);
  if (run !== null) emit({ type: 'runChanged', run });
};

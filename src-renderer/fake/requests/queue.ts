import type { LabApi } from '../../../shared/labApi.ts';
import { methodOf } from '../../../shared/method.ts';
import { experimentSchema, expand, type Experiment } from '../../../shared/experiment.ts';
import { Refusal } from '../../refusal.ts';
import { stepMs, stepsOfEpoch } from '../training.ts';
import { now, type FakeWorkspace } from '../workspace.ts';

type QueueApi = Pick<LabApi, 'plan' | 'enqueue' | 'queue' | 'pauseQueue' | 'moveRun' | 'stopRun' | 'cancelRuns'>;

/** What an experiment makes, and the runs that run and wait. */
export const fakeQueueRequests = (workspace: FakeWorkspace): QueueApi => {
  /** The two rules that only the lab knows: the data set exists and has as many images. */
  const check = (input: Experiment): Experiment => {
    const experiment = experimentSchema.parse(input);
    const { id, trainSubset } = experiment.shared.dataset;
    const dataset = workspace.datasets.find((candidate) => candidate.id === id);
    if (!dataset)
      throw new Refusal(
        'DATASET_NOT_FOUND',
        `There is no data set “${id}” in the library; import it on the Data page.`,
      );
    if (trainSubset !== null && trainSubset > dataset.trainCount)
      throw new Refusal('CONFIG_INVALID', 'The configuration has an error.', [
        {
          path: 'shared.dataset.trainSubset',
          message: `must be at most ${dataset.trainCount}, the images that ${dataset.name} has`,
        },
      ]);
    return experiment;
  };

  return {
    plan: async (input) =>
      expand(check(input)).map((config) => ({
        config,
        method: methodOf(config.optimizer),
        finishedRunId: workspace.finishedRun(config),
        estimatedMs: workspace.isEmpty ? null : config.epochs * (stepsOfEpoch(config) * stepMs(config) + 1400),
        estimatedFrom: workspace.isEmpty ? null : config.precision === 'bfloat16' ? 'self-test' : 'runs',
      })),
    enqueue: async (input) => {
      workspace.mayChange();
      const experiment = check(input);
      const kept = expand(experiment).filter(
        (config) => !experiment.skipFinished || workspace.finishedRun(config) === null,
      );
      if (kept.length === 0)
        throw new Refusal(
          'CONFIG_INVALID',
          'All these runs have finished already. Untick “Leave out finished runs” to run them again.',
        );
      const runIds = workspace.enqueue(workspace.addExperiment(experiment, kept));
      return { experimentId: workspace.experiments.length, runIds };
    },
    queue: async () => structuredClone(workspace.queue()),
    pauseQueue: async ({ paused }) => {
      workspace.isPaused = paused;
      workspace.tellQueue();
      return {};
    },
    moveRun: async ({ runId, beforeRunId }) => {
      workspace.mayChange();
      const others = workspace.waiting.filter((id) => id !== runId);
      const at = beforeRunId === null ? others.length : others.indexOf(beforeRunId);
      workspace.waiting = others.toSpliced(at, 0, runId);
      workspace.tellQueue();
      return {};
    },
    stopRun: async ({ runId, when }) => {
      workspace.mayChange();
      workspace.change(workspace.detailOf(runId), { stopRequested: when });
      return {};
    },
    cancelRuns: async ({ runIds }) => {
      workspace.mayChange();
      workspace.waiting = workspace.waiting.filter((id) => !runIds.includes(id));
      for (const id of runIds) {
        const ending = { state: 'cancelled' as const, endedAt: now(), reason: 'Taken out of the queue.' };
        workspace.change(workspace.detailOf(id), ending);
      }
      workspace.tellQueue();
      return {};
    },
  };
};

import type { CheckpointPlan, TrainingEvent } from '../../shared/jobs/train.ts';
import { checkpointing, epochStart, resume, runStart } from './checkpoints/index.ts';
import { beginEpoch, type Loop } from './epoch.ts';
import { evaluateEpoch } from './epochEvaluation.ts';
import { takeSteps } from './epochSteps.ts';
import { progressReports } from './progressReports.ts';
import type { Run } from './run.ts';
import { RunEnd, stopped } from './runEnd.ts';
import { runningSums } from './runningSums.ts';
import { standstillReports } from './standstillReports.ts';
import type { StopRequest } from './stopRequest.ts';

export type { StopRequest } from './stopRequest.ts';

/** A trainer's first steps allocate, compile and tune: they train, but no speed is computed from them. */
const warmUpSteps = 3;

/**
 * Trains a run from its first epoch, or from where its newest checkpoint left it, to its last. Yields `started`, `progress` (at most
 * four a second), `epochFinished`, and at last `done`, `stopped` or `diverged`; with a plan for checkpoints also `checkpointed` after every
 * epoch, before a stop and now and then within long epochs. Between two steps the event loop gets its turn, so that requests arrive.
 * @param isMeasuring - whether `shared/measurements` are measured: no weight depends on it.
 */
export async function* train(
  run: Run,
  stop: StopRequest,
  plan: CheckpointPlan | null = null,
  isMeasuring = true,
): AsyncGenerator<TrainingEvent> {
  yield { type: 'started', environment: run.environment };
  const start = plan === null ? runStart() : yield* resume(run, plan);
  const checkpoints = checkpointing(run, plan, start);
  const loop = loopOf({ run, stop, checkpoints, isMeasuring });
  try {
    for (let at = start; at.epoch <= run.config.epochs;) {
      const epoch = beginEpoch(loop, at);
      yield* takeSteps(epoch);
      yield* evaluateEpoch(epoch);
      at = epochStart({ ...at, epoch: at.epoch + 1 });
      yield* checkpoints.save(at, run.shuffle.state());
      if (stop.when === 'after-epoch' && at.epoch <= run.config.epochs) {
        throw stopped(`after epoch ${at.epoch - 1} of ${run.config.epochs}`);
      }
    }
    yield { type: 'done' };
  } catch (error) {
    if (!(error instanceof RunEnd)) throw error;
    yield error.event;
  }
}

const loopOf = (given: Pick<Loop, 'run' | 'stop' | 'checkpoints' | 'isMeasuring'>): Loop => {
  let steps = 0;
  return {
    ...given,
    sums: runningSums(given.run.ops, given.isMeasuring),
    reports: progressReports(),
    isWarm: () => ++steps > warmUpSteps,
    standstills: standstillReports(),
  };
};

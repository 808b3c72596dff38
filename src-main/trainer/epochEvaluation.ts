import { setImmediate } from 'node:timers/promises';
import type { TrainingEvent } from '../../shared/jobs/train.ts';
import { activeNow } from './activeClock.ts';
import { keepCheckpoint, prepareNextEpoch, progressOf, type Epoch } from './epoch.ts';
import { epochMetricsOf } from './epochTally.ts';
import { evaluate } from './evaluate.ts';
import { diverged, stopped } from './runEnd.ts';

/**
 * Evaluates an epoch whose steps are taken, while the input of the next one begins; what it tells last is all that was measured of it.
 * @throws RunEnd when what is left to tell of the steps is told.
 */
export async function* evaluateEpoch(epoch: Epoch): AsyncGenerator<TrainingEvent> {
  const { run, stop, reports, at, learningRate, standstills } = epoch;
  yield progressOf(epoch, 'evaluating');
  const start = activeNow();
  let result = { loss: NaN, accuracy: 0 };
  let isNextPrepared = at.epoch === run.config.epochs;
  for await (result of evaluate(run, stop)) {
    if (!isNextPrepared) prepareNextEpoch(run);
    isNextPrepared = true;
    await setImmediate();
    yield* keepOrStop(epoch);
    if (reports.isDue()) yield progressOf(epoch, 'evaluating');
  }
  if (!Number.isFinite(result.loss)) throw diverged(at.epoch, at.step);
  const evaluated = { ...result, durationMs: activeNow() - start };
  yield* standstills(at.epoch);
  yield { type: 'epochFinished', metrics: epochMetricsOf(run, at, learningRate, evaluated) };
}

/** Between two batches: keeps a checkpoint where one is asked for, and before it stops. */
function* keepOrStop(epoch: Epoch): Generator<TrainingEvent> {
  const { stop, at } = epoch;
  if (stop.wantsCheckpoint === true) {
    stop.wantsCheckpoint = false;
    yield* keepCheckpoint(epoch);
  }
  if (stop.when !== 'now') return;
  yield* keepCheckpoint(epoch);
  throw stopped(`while epoch ${at.epoch} was evaluated`);
}

import { setImmediate } from 'node:timers/promises';
import type { TrainingEvent } from '../../shared/jobs/train.ts';
import { keepCheckpoint, progressOf, readSums, type Epoch } from './epoch.ts';
import { stepMetricsOf, tally } from './epochTally.ts';
import { waitForInput } from './inputWait.ts';
import { isObserved } from './observe.ts';
import { stopped } from './runEnd.ts';
import { takeStep } from './step.ts';

/** Takes the steps that are left of an epoch. @throws RunEnd when what is left to tell of them is told. */
export async function* takeSteps(epoch: Epoch): AsyncGenerator<TrainingEvent> {
  const { run, stop, reports } = epoch;
  for (const indices of epoch.batchesLeft) {
    await setImmediate();
    const waitedMs = await waitForInput(run.train, stop);
    yield* keepOrStop(epoch);
    const { isSampled, isLast } = countedStep(epoch, indices, waitedMs);
    if (isSampled || isLast) yield* readSums(epoch);
    if (reports.isDue()) yield progressOf(epoch, 'training');
  }
}

/** Between two steps: keeps a checkpoint where one is due or asked for, and before it stops. */
function* keepOrStop(epoch: Epoch): Generator<TrainingEvent> {
  const { stop, checkpoints, at } = epoch;
  if (stop.when === 'now' || stop.wantsCheckpoint === true || checkpoints.isDue()) {
    stop.wantsCheckpoint = false;
    yield* readSums(epoch);
    yield* keepCheckpoint(epoch);
  }
  if (stop.when === 'now') throw stopped(`in epoch ${at.epoch}, after step ${at.step}`);
}

/** Takes the next step and counts it to the epoch. @param waitedMs - for its input. */
const countedStep = (
  epoch: Epoch,
  indices: Int32Array,
  waitedMs: number,
): { readonly isSampled: boolean; readonly isLast: boolean } => {
  const { run, at, steps, learningRate, isMeasuring, sums, reports } = epoch;
  const { logEvery, observe } = run.config;
  const step = ++at.step;
  at.batchesDone++;
  const isSampled = at.batchesDone === 1 || step % logEvery === 0;
  const isLast = at.batchesDone === steps; // waited for, so that the epoch's time is whole
  const isWatched = isMeasuring && isObserved(at.batchesDone, steps, observe);
  const how = { step, learningRate, isSampled, isWaitedFor: isLast, isObserved: isWatched };
  const taken = takeStep(run, indices, waitedMs, how, sums);
  tally(at, taken, epoch.heldBytes, epoch.isWarm());
  reports.add(taken.images, taken.durationMs, stepMetricsOf(run, at, taken));
  return { isSampled, isLast };
};

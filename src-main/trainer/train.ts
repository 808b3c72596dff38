import { setImmediate } from 'node:timers/promises';
import type { CheckpointPlan, TrainingEvent } from '../../shared/jobs/train.ts';
import { activeNow, standstillMs } from './activeClock.ts';
import { checkpointing, epochStart, resume, runStart, type Checkpointing, type Progress } from './checkpoints/index.ts';
import { batchesOf } from './data/batches.ts';
import { epochMetricsOf, stepMetricsOf, tally } from './epochTally.ts';
import { evaluate } from './evaluate.ts';
import { waitForInput } from './inputWait.ts';
import { logged } from './logged.ts';
import { isObserved } from './observe.ts';
import { learningRateAt } from './optimizers/index.ts';
import { progressReports } from './progressReports.ts';
import type { Run } from './run.ts';
import { diverged, RunEnd, stopped } from './runEnd.ts';
import { runningSums } from './runningSums.ts';
import { takeStep } from './step.ts';
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
  const epochOf = epochs(run, stop, checkpoints, isMeasuring);
  try {
    for (let at = start; at.epoch <= run.config.epochs;) {
      yield* epochOf(at);
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

/** Trains and evaluates single epochs of a run. @throws RunEnd when what is left to tell of the steps is told. */
const epochs = (run: Run, stop: StopRequest, checkpoints: Checkpointing, isMeasuring: boolean) => {
  const { config, ops } = run;
  const sums = runningSums(ops, isMeasuring);
  const reports = progressReports();
  let stepsHere = 0;
  /** What is told, so that a standstill between two epochs is told with the second. */
  let toldStandstillMs = standstillMs();

  /** @param at - moves on with every step. */
  return async function* (at: Progress): AsyncGenerator<TrainingEvent> {
    const { epoch } = at;
    const learningRate = learningRateAt(config.schedule, config.optimizer.learningRate, epoch, config.epochs);
    const orderFrom = run.shuffle.state();
    const batches = drawBatches(run);
    const progress = (activity: 'training' | 'evaluating') => reports.take(at, batches.length, activity);
    const unreported = function* (): Generator<TrainingEvent> {
      if (reports.hasSteps()) yield progress('training');
    };
    /** Brings the sums up to date. @throws RunEnd if a loss was not finite. */
    const readSums = function* (): Generator<TrainingEvent> {
      const divergedAt = sums.read();
      Object.assign(at, { loss: sums.loss, correct: sums.correct, measurements: sums.measurements });
      if (divergedAt === null) return;
      yield progress('training');
      throw diverged(epoch, divergedAt);
    };
    /** Keeps the present state, once everything before it was reported. Only while the sums are read. */
    const save = function* (): Generator<TrainingEvent> {
      yield* unreported();
      yield* checkpoints.save({ ...at }, orderFrom);
    };

    sums.reset(at);
    reports.epochStarted();
    // Sums that wait to be read are no step's memory: a resumed run has others of them.
    const heldBytes = ops.counters.bytes;
    const batchesLeft = batches.slice(at.batchesDone);
    run.train.prepare(batchesLeft, run.augmentation);
    for (const indices of batchesLeft) {
      await setImmediate();
      const waitedMs = await waitForInput(run.train, stop);
      if (stop.when === 'now' || stop.wantsCheckpoint === true || checkpoints.isDue()) {
        stop.wantsCheckpoint = false;
        yield* readSums();
        yield* save();
      }
      if (stop.when === 'now') throw stopped(`in epoch ${epoch}, after step ${at.step}`);
      const step = ++at.step;
      at.batchesDone++;
      stepsHere++;
      const isSampled = at.batchesDone === 1 || step % config.logEvery === 0;
      const isWaitedFor = at.batchesDone === batches.length; // so that the epoch's time is whole
      const isWatched = isMeasuring && isObserved(at.batchesDone, batches.length, config.observe);
      const how = { step, learningRate, isSampled, isWaitedFor, isObserved: isWatched };
      const taken = takeStep(run, indices, waitedMs, how, sums);
      tally(at, taken, heldBytes, stepsHere > warmUpSteps);
      reports.add(taken.images, taken.durationMs, stepMetricsOf(run, at, taken));
      if (isSampled || isWaitedFor) yield* readSums();
      if (reports.isDue()) yield progress('training');
    }

    yield progress('evaluating');
    const start = activeNow();
    let result = { loss: NaN, accuracy: 0 };
    let isNextPrepared = epoch === config.epochs;
    for await (result of evaluate(run, stop)) {
      if (!isNextPrepared) prepareNextEpoch(run);
      isNextPrepared = true;
      await setImmediate();
      if (stop.wantsCheckpoint === true) {
        stop.wantsCheckpoint = false;
        yield* save();
      }
      if (stop.when === 'now') {
        yield* save();
        throw stopped(`while epoch ${epoch} was evaluated`);
      }
      if (reports.isDue()) yield progress('evaluating');
    }
    if (!Number.isFinite(result.loss)) throw diverged(epoch, at.step);
    const evaluated = { ...result, durationMs: activeNow() - start };
    const stoodStillMs = standstillMs() - toldStandstillMs;
    toldStandstillMs += stoodStillMs;
    if (stoodStillMs > 0) yield stoodStill(epoch, stoodStillMs);
    yield { type: 'epochFinished', metrics: epochMetricsOf(run, at, learningRate, evaluated) };
  };
};

const stoodStill = (epoch: number, ms: number): TrainingEvent =>
  logged(
    'warning',
    `In epoch ${epoch} the process stood still for ${(ms / 1000).toFixed(1)} s (stopped, frozen, or the machine slept): no training time, and in no speed.`,
  );

/** Draws an epoch's order, cut into batches of indices. */
const drawBatches = ({ shuffle, train, config }: Run): Int32Array[] =>
  batchesOf(shuffle.permutation(train.count), config.batchSize, config.dropLast);

/** Lets the input of the next epoch begin while this one is evaluated. Moves no stream: the epoch draws the same order again. */
const prepareNextEpoch = (run: Run): void => {
  const orderFrom = run.shuffle.state();
  run.train.prepare(drawBatches(run), run.augmentation);
  run.shuffle.restore(orderFrom);
};

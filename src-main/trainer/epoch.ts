import type { TrainingEvent } from '../../shared/jobs/train.ts';
import type { Checkpointing, Progress } from './checkpoints/index.ts';
import { batchesOf } from './data/batches.ts';
import { learningRateAt } from './optimizers/index.ts';
import type { progressReports } from './progressReports.ts';
import type { Run } from './run.ts';
import { diverged } from './runEnd.ts';
import type { RunningSums } from './runningSums.ts';
import type { standstillReports } from './standstillReports.ts';
import type { StopRequest } from './stopRequest.ts';

/** What trains a run, from epoch to epoch. */
export interface Loop {
  readonly run: Run;
  readonly stop: StopRequest;
  readonly checkpoints: Checkpointing;
  readonly isMeasuring: boolean;
  readonly sums: RunningSums;
  readonly reports: ReturnType<typeof progressReports>;
  /** Whether speed is computed from the step that was just taken; asked once of each. */
  readonly isWarm: () => boolean;
  readonly standstills: ReturnType<typeof standstillReports>;
}

/** An epoch under way. */
export interface Epoch extends Loop {
  /** Moves on with every step. */
  readonly at: Progress;
  readonly learningRate: number;
  /** The shuffling stream's state before its order was drawn. */
  readonly orderFrom: readonly number[];
  /** Steps in all, and the batches of those that are left. */
  readonly steps: number;
  readonly batchesLeft: readonly Int32Array[];
  /** What the engine held before its first step. */
  readonly heldBytes: number;
}

/** Begins an epoch, or goes on within it where a checkpoint left it: its input comes from now on. */
export const beginEpoch = (loop: Loop, at: Progress): Epoch => {
  const { run, sums, reports } = loop;
  const { schedule, optimizer, epochs } = run.config;
  const learningRate = learningRateAt(schedule, optimizer.learningRate, at.epoch, epochs);
  const orderFrom = run.shuffle.state();
  const batches = drawBatches(run);
  sums.reset(at);
  reports.epochStarted();
  // Sums that wait to be read are no step's memory: a resumed run has others of them.
  const heldBytes = run.ops.counters.bytes;
  const batchesLeft = batches.slice(at.batchesDone);
  run.train.prepare(batchesLeft, run.augmentation);
  return { ...loop, at, learningRate, orderFrom, steps: batches.length, batchesLeft, heldBytes };
};

/** Lets the input of the next epoch begin while this one is evaluated. Moves no stream: the epoch draws the same order again. */
export const prepareNextEpoch = (run: Run): void => {
  const orderFrom = run.shuffle.state();
  run.train.prepare(drawBatches(run), run.augmentation);
  run.shuffle.restore(orderFrom);
};

/** Draws an epoch's order, cut into batches of indices. */
const drawBatches = ({ shuffle, train, config }: Run): Int32Array[] =>
  batchesOf(shuffle.permutation(train.count), config.batchSize, config.dropLast);

/** How far it is, with the sampled steps that were not told yet. */
export const progressOf = ({ reports, at, steps }: Epoch, activity: 'training' | 'evaluating'): TrainingEvent =>
  reports.take(at, steps, activity);

/** Brings its sums up to date. @throws RunEnd if a loss was not finite. */
export function* readSums(epoch: Epoch): Generator<TrainingEvent> {
  const { at, sums } = epoch;
  const divergedAt = sums.read();
  Object.assign(at, { loss: sums.loss, correct: sums.correct, measurements: sums.measurements });
  if (divergedAt === null) return;
  yield progressOf(epoch, 'training');
  throw diverged(at.epoch, divergedAt);
}

/** Keeps its present state, once everything before it was reported. Only while the sums are read. */
export function* keepCheckpoint(epoch: Epoch): Generator<TrainingEvent> {
  const { reports, checkpoints, at, orderFrom } = epoch;
  if (reports.hasSteps()) yield progressOf(epoch, 'training');
  yield* checkpoints.save({ ...at }, orderFrom);
}

import { z } from 'zod';
import { phaseMsSchema } from '../../../shared/metrics.ts';
import { measurementSumsSchema } from '../measurementSums.ts';
import { noPhaseMs } from '../phaseClock.ts';

const count = z.number().int().min(0);
const milliseconds = z.number().min(0);

/** How far a run is, and what its present epoch has summed up so far: all that the loop itself remembers. */
export const progressSchema = z.strictObject({
  /** The epoch under way, counted from 1, and how many of its batches are done; E + 1 and 0 after the last. */
  epoch: count.min(1),
  batchesDone: count,
  /** Steps and time in steps since the run's start. */
  step: count,
  activeMs: milliseconds,
  /** Since the epoch's start. */
  trainMs: milliseconds,
  images: count,
  timedImages: count,
  timedMs: milliseconds,
  stepsPerturbed: count,
  perturbedTensors: count,
  keptExamples: count,
  sampledSteps: count,
  phaseMs: phaseMsSchema,
  /** Largest of this epoch's steps; checkpoints from before it was measured have none. */
  peakStepBytes: count.default(0),
  /** Sums over examples. */
  loss: z.number(),
  correct: count,
  measurements: measurementSumsSchema.default({}),
});
export type Progress = z.infer<typeof progressSchema>;

/** The beginning of an epoch. */
export const epochStart = ({ epoch, step, activeMs }: Pick<Progress, 'epoch' | 'step' | 'activeMs'>): Progress => ({
  ...{ epoch, step, activeMs },
  ...{ batchesDone: 0, trainMs: 0, images: 0, timedImages: 0, timedMs: 0 },
  ...{ stepsPerturbed: 0, perturbedTensors: 0, keptExamples: 0, sampledSteps: 0, peakStepBytes: 0 },
  ...{ loss: 0, correct: 0, measurements: {} },
  phaseMs: noPhaseMs(),
});

export const runStart = (): Progress => epochStart({ epoch: 1, step: 0, activeMs: 0 });

import { phases, type EpochMetrics, type PhaseMs, type StepMetrics } from '../../shared/metrics.ts';
import type { Progress } from './checkpoints/index.ts';
import { meansOf } from './measurementSums.ts';
import { noPhaseMs } from './phaseClock.ts';
import type { Run } from './run.ts';
import type { StepTaken } from './step.ts';

/**
 * Counts a step to the epoch under way.
 * @param heldBytes - what the engine held before the epoch's first step.
 * @param isTimed - whether speed is computed from it.
 */
export const tally = (at: Progress, taken: StepTaken, heldBytes: number, isTimed: boolean): void => {
  const { images, durationMs, perturbedTensors } = taken;
  at.activeMs += durationMs;
  at.trainMs += durationMs;
  at.images += images;
  if (isTimed) {
    at.timedImages += images;
    at.timedMs += durationMs;
  }
  at.peakStepBytes = Math.max(at.peakStepBytes, heldBytes + taken.peakBytes);
  at.stepsPerturbed += perturbedTensors > 0 ? 1 : 0;
  at.perturbedTensors += perturbedTensors;
  at.keptExamples += taken.keptExamples;
  if (taken.measured === null) return;
  at.sampledSteps++;
  for (const phase of phases) at.phaseMs[phase] += taken.phaseMs[phase];
};

/** A sampled step, once it is counted; null if it was none. */
export const stepMetricsOf = ({ network }: Run, at: Progress, taken: StepTaken): StepMetrics | null =>
  taken.measured === null
    ? null
    : {
        epoch: at.epoch,
        step: at.step,
        activeMs: at.activeMs,
        batchExamples: taken.images,
        parameterTensors: network.parameters.length,
        phaseMs: taken.phaseMs,
        ...taken.measured,
      };

/** The epoch that all steps of were counted. @param evaluated - over the test set. */
export const epochMetricsOf = (
  { network }: Run,
  at: Progress,
  learningRate: number,
  evaluated: { readonly loss: number; readonly accuracy: number; readonly durationMs: number },
): EpochMetrics => ({
  epoch: at.epoch,
  learningRate,
  trainLoss: at.loss / at.images,
  trainAccuracy: at.correct / at.images,
  testLoss: evaluated.loss,
  testAccuracy: evaluated.accuracy,
  imagesPerSecond: at.timedMs === 0 ? null : (1000 * at.timedImages) / at.timedMs,
  steps: at.batchesDone,
  images: at.images,
  trainMs: at.trainMs,
  evaluationMs: evaluated.durationMs,
  activeMs: at.activeMs,
  stepsPerturbed: at.stepsPerturbed,
  perturbedTensorShare: at.perturbedTensors / (at.batchesDone * network.parameters.length),
  keptExampleShare: at.keptExamples / at.images,
  phaseMs: dividedBy(at.phaseMs, at.sampledSteps),
  peakStepBytes: at.peakStepBytes,
  measurements: meansOf(at.measurements),
});

const dividedBy = (sums: PhaseMs, count: number): PhaseMs => {
  const means = noPhaseMs();
  for (const phase of phases) means[phase] = count === 0 ? 0 : sums[phase] / count;
  return means;
};

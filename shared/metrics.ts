import { z } from 'zod';
import { median } from './median.ts';
import { measurementIds } from './measurements/index.ts';

/** The parts of one optimizer step, in order. */
export const phases = [
  'input',
  'forward1',
  'backward1',
  'perturb',
  'selectionForward',
  'forward2',
  'backward2',
  'update',
] as const;
export type Phase = (typeof phases)[number];

const milliseconds = z.number().min(0);
const count = z.number().int().min(0);
/** A measured value, or null where the method has no such quantity or it was not finite. */
const measured = z.number().nullable();

export const phaseMsSchema = z.strictObject(
  Object.fromEntries(phases.map((phase) => [phase, milliseconds])) as Record<Phase, typeof milliseconds>,
);
/** Milliseconds per phase; 0 where the method has no such phase. */
export type PhaseMs = z.infer<typeof phaseMsSchema>;

/** Of each phase. */
export const mediansOf = (all: readonly PhaseMs[]): PhaseMs =>
  phaseMsSchema.parse(Object.fromEntries(phases.map((phase) => [phase, median(all.map((each) => each[phase]))])));

export const measurementsSchema = z.partialRecord(z.enum(measurementIds), measured);
/** What else was measured, by id. Absent: no pass gives it, or nobody measured it then; null: it was not finite. */
export type Measurements = z.infer<typeof measurementsSchema>;

/** One sampled optimizer step. Losses are means over examples; Δ is loss at θ+ε minus loss at θ. */
export const stepMetricsSchema = z.strictObject({
  epoch: count.min(1),
  /** Counted from 1 over the whole run. */
  step: count.min(1),
  /** Cumulative time in optimizer steps, warm-up steps included. */
  activeMs: milliseconds,
  /** Mean loss at θ. */
  lossBefore: measured,
  /** Mean loss at θ+ε over the examples that the update used. */
  lossAfter: measured,
  /** Examples in the batch, and |𝔹⁺|, those that the update used. */
  batchExamples: count,
  keptExamples: count,
  parameterTensors: count,
  perturbedTensors: count,
  /** ‖g₁‖ over the perturbed tensors, and ‖ε‖. */
  gradientNorm: measured,
  perturbationNorm: measured,
  /** Mean Δ over 𝔹⁺ and over the rest, where Δ was computed. */
  sharpnessKept: measured,
  sharpnessDropped: measured,
  phaseMs: phaseMsSchema,
  measurements: measurementsSchema,
});
export type StepMetrics = z.infer<typeof stepMetricsSchema>;

/** One finished epoch. Accuracies are fractions 0–1. Train loss and accuracy are at θ, before the perturbation. */
export const epochMetricsSchema = z.strictObject({
  epoch: count.min(1),
  learningRate: z.number().min(0),
  trainLoss: measured,
  trainAccuracy: z.number().min(0).max(1),
  testLoss: measured,
  testAccuracy: z.number().min(0).max(1),
  /** Images used by optimizer steps ÷ time in optimizer steps, warm-up steps left out; null if only those ran. */
  imagesPerSecond: z.number().min(0).nullable(),
  steps: count,
  images: count,
  /** Time in this epoch's optimizer steps and in its evaluation. */
  trainMs: milliseconds,
  evaluationMs: milliseconds,
  /** Cumulative time in optimizer steps since the run's start. */
  activeMs: milliseconds,
  /** Counters that prove the method ran. */
  stepsPerturbed: count,
  /** Mean share of parameter tensors perturbed per step, and of examples that updates used. */
  perturbedTensorShare: z.number().min(0).max(1),
  keptExampleShare: z.number().min(0).max(1),
  /** Mean milliseconds per step and phase over this epoch's sampled steps. */
  phaseMs: phaseMsSchema,
  /**
   * Most bytes that the engine held at once during a step, the most of all steps: data, parameters, momentum, activations, gradients. A
   * buffer that two tensors share counts twice, TensorFlow's own scratch memory not at all. Null: the record is older than this.
   */
  peakStepBytes: count.nullable(),
  /** Each the mean over those of the epoch's steps, all of them and not just the sampled ones, that have it. */
  measurements: measurementsSchema,
});
export type EpochMetrics = z.infer<typeof epochMetricsSchema>;

/** What the trainer's process takes of the machine: read with each progress report, shown live, not stored. */
export const processUsageSchema = z.strictObject({
  /** Processor time ÷ time since the reading before: 1 = one core busy. */
  busyCores: z.number().min(0),
  /** Cores of the machine that everything else keeps busy; 0 where the system does not tell. */
  othersBusyCores: z.number().min(0),
  /** Memory that the system holds in RAM for the process. */
  residentBytes: z.number().min(0),
});
export type ProcessUsage = z.infer<typeof processUsageSchema>;

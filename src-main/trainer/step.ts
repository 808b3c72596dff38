import type { Measurements, PhaseMs, StepMetrics } from '../../shared/metrics.ts';
import { activeNow } from './activeClock.ts';
import type { Ops, Tensor } from './engine/ops.ts';
import { batchObjective } from './batchObjective.ts';
import { observe } from './observe.ts';
import type { Run } from './run.ts';
import type { RunningSums } from './runningSums.ts';
import { disposeReports, keptIn, measuredOf, perturbedIn, type Measured } from './stepRecord.ts';

/** What is known of one optimizer step. */
export interface StepTaken {
  readonly images: number;
  /** From when its input was waited for; whole only where the device was waited for, too. */
  readonly durationMs: number;
  /** Most bytes that the engine held in it beyond those before. */
  readonly peakBytes: number;
  readonly perturbedTensors: number;
  readonly keptExamples: number;
  readonly phaseMs: PhaseMs;
  /** Read off the device; null where that was not asked for. */
  readonly measured: (Measured & Pick<StepMetrics, 'measurements'>) | null;
}

/** Measures something that is no part of the step: neither its time nor its memory are the step's. */
const beside = (ops: Ops, measure: () => Measurements): { readonly values: Measurements; readonly ms: number } => {
  const { peakBytes } = ops.counters;
  ops.synchronize();
  const start = activeNow();
  const values = measure();
  ops.synchronize();
  ops.counters.peakBytes = peakBytes;
  return { values, ms: activeNow() - start };
};

/**
 * Does one step.
 * @param indices - of its examples. @param waitedMs - for its input: that time is the step's.
 * @param options.isSampled - its phases are measured exactly, and its losses and norms are read.
 * @param options.isObserved - the gradients of its subsets are compared before it.
 * @param options.isWaitedFor - its end waits for the device, so that its time is whole; a sampled one's does anyway.
 * @param sums - get its losses, its hits and what else its passes give, under the number of the step.
 */
export const takeStep = (
  run: Run,
  indices: Int32Array,
  waitedMs: number,
  options: {
    readonly step: number;
    readonly learningRate: number;
    readonly isSampled: boolean;
    readonly isWaitedFor: boolean;
    readonly isObserved?: boolean;
  },
  sums: RunningSums,
): StepTaken => {
  const { ops, network, state, optimizer, clock, config } = run;
  const { step, learningRate, isSampled, isWaitedFor, isObserved = false } = options;
  clock.setExact(isSampled);
  const start = activeNow() - waitedMs;
  const bytesBefore = ops.counters.bytes;
  ops.counters.peakBytes = bytesBefore;
  clock.add('input', waitedMs);
  const batch = clock.measure('input', () => run.train.batch(indices, run.augmentation));
  const observed = isObserved ? beside(ops, () => observe(run, step, batch)) : { values: {}, ms: 0 };
  sums.observed(observed.values);
  const hits: Tensor[] = [];
  const count = (logits: Tensor, labels: Tensor): void => {
    hits.push(ops.isCorrect(logits, labels));
  };
  const objective = batchObjective(ops, network, state, batch, config.labelSmoothing, clock, count, run.passes);
  const reports = optimizer.step(objective, learningRate);
  ops.dispose(batch.images);
  ops.dispose(batch.labels);
  if (isSampled || isWaitedFor) ops.synchronize();
  const durationMs = activeNow() - start - observed.ms;
  const peakBytes = ops.counters.peakBytes - bytesBefore;
  // What is measured is no part of the step: its time is not active time, and its memory not the step's.
  sums.add(
    step,
    reports.map((report, part) => {
      const right = hits[part];
      if (right === undefined) throw new Error('A first pass was not counted.');
      return { report, hits: right };
    }),
  );
  if (isSampled) sums.read();
  const taken = {
    images: indices.length,
    durationMs,
    peakBytes,
    perturbedTensors: perturbedIn(reports),
    keptExamples: keptIn(reports),
    phaseMs: clock.take(),
    measured: isSampled ? { ...measuredOf(ops, reports), measurements: { ...sums.latest, ...observed.values } } : null,
  };
  hits.forEach(ops.dispose);
  disposeReports(ops, reports);
  return taken;
};

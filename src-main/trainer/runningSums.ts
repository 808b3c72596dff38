import type { Measurements } from '../../shared/metrics.ts';
import type { Ops, Tensor } from './engine/ops.ts';
import { measurementsOf, withStep, type MeasurementSums } from './measurementSums.ts';
import type { StepReport } from './optimizers/index.ts';
import { stepScalars, type StepScalars } from './stepScalars.ts';

/** What a step's batch, or one of its sub-batches, gave. */
interface StepPart {
  readonly report: StepReport;
  /** Which examples were right at θ, [B]. */
  readonly hits: Tensor;
}

interface Sums {
  readonly loss: number;
  readonly correct: number;
  readonly measurements: MeasurementSums;
}

/** Loss, accuracy and measurements summed up on the device, step by step, and read rarely: a read makes the host wait for the device. */
export interface RunningSums extends Sums {
  /** Adds a step; its tensors stay the caller's. */
  add(step: number, parts: readonly StepPart[]): void;
  /** Adds what was observed beside the step that is added next. */
  observed(values: Measurements): void;
  /**
   * Reads what has been added since the last read.
   * @returns the first step of all whose loss was not finite, or null.
   */
  read(): number | null;
  /** Of the last step that was read. */
  readonly latest: Measurements;
  /** Starts again from these sums. */
  reset(from: Sums): void;
}

interface Pending {
  readonly step: number;
  readonly parts: readonly { readonly scalars: StepScalars; readonly correct: Tensor }[];
}

/** @param isMeasuring - false: loss and accuracy alone. */
export const runningSums = (ops: Ops, isMeasuring: boolean): RunningSums => {
  let pending: Pending[] = [];
  let loss = 0;
  let correct = 0;
  let measurements: MeasurementSums = {};
  let latest: Measurements = {};
  let firstBad: number | null = null;
  const tensorsOf = ({ scalars, correct: right }: Pending['parts'][number]): readonly Tensor[] => [
    right,
    ...scalars.tensors,
  ];

  return {
    add(step, parts) {
      pending.push({
        step,
        parts: parts.map(({ report, hits }) => ({
          scalars: stepScalars(ops, report, isMeasuring),
          correct: ops.sum(hits),
        })),
      });
    },
    observed(values) {
      measurements = withStep(measurements, values);
    },
    read() {
      if (pending.length === 0) return firstBad;
      const tensors = pending.flatMap(({ parts }) => parts.flatMap(tensorsOf));
      const packed = ops.pack(tensors);
      const values = ops.download(packed);
      [packed, ...tensors].forEach(ops.dispose);
      let at = 0;
      for (const { step, parts } of pending) {
        const sums = parts.map((part) => {
          correct += values[at] ?? 0;
          const end = at + tensorsOf(part).length;
          const read = part.scalars.read(values.subarray(at + 1, end));
          at = end;
          return read;
        });
        const stepLoss = sums.reduce((sum, part) => sum + part.loss, 0);
        if (!Number.isFinite(stepLoss)) firstBad ??= step;
        loss += stepLoss;
        latest = isMeasuring ? measurementsOf(sums) : {};
        measurements = withStep(measurements, latest);
      }
      pending = [];
      return firstBad;
    },
    get loss() {
      return loss;
    },
    get correct() {
      return correct;
    },
    get measurements() {
      return measurements;
    },
    get latest() {
      return latest;
    },
    reset(from) {
      ({ loss, correct, measurements } = from);
    },
  };
};

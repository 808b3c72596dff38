import type { StepSums } from '../../shared/measurements/index.ts';
import type { Ops, Tensor } from './engine/ops.ts';
import type { StepReport } from './optimizers/index.ts';

/** Scalars of one batch or sub-batch that still lie on the device. */
export interface StepScalars {
  /** Theirs to dispose of who reads them. */
  readonly tensors: readonly Tensor[];
  /** What they say, once their values are here, in the same order. */
  read(values: ArrayLike<number>): StepSums;
}

/**
 * Sums up a report on the device, without waiting for it and without a further pass. A report that gives Δ has ℓ′ of all examples; one
 * without, that chose nobody, has it from its second pass; one that chose without Δ has it of the examples that the update used.
 * @param isMeasuring - false: the loss alone.
 */
export const stepScalars = (ops: Ops, report: StepReport, isMeasuring: boolean): StepScalars => {
  const { lossesBefore, lossesAfter, sharpness, kept, slope } = report;
  const examples = lossesBefore.shape[0] ?? 0;
  const tensors: Tensor[] = [];
  /** Adds a scalar; gives the place of its value, null for none. */
  const add = (scalar: Tensor | null): number | null => (scalar === null ? null : tensors.push(scalar) - 1);
  const sumOver = (losses: Tensor, chosen: Tensor): Tensor => {
    const gathered = ops.gather(losses, chosen);
    const sum = ops.sum(gathered);
    ops.dispose(gathered);
    return sum;
  };
  const riseOf = (after: Tensor): Tensor => {
    const deltas = ops.subtract(after, lossesBefore);
    const sum = ops.sum(deltas);
    ops.dispose(deltas);
    return sum;
  };

  const loss = add(ops.sum(lossesBefore));
  if (!isMeasuring) return { tensors, read: (values) => lossAlone(examples, valueAt(values, loss) ?? NaN) };
  const isWhole = kept === null && lossesAfter !== null;
  const rise = add(sharpness !== null ? ops.sum(sharpness) : isWhole ? riseOf(lossesAfter) : null);
  const keptLoss = add(kept === null ? null : sumOver(lossesBefore, kept));
  const keptRise = add(kept === null || sharpness === null ? null : sumOver(sharpness, kept));
  const keptAfter = add(kept === null || sharpness !== null || lossesAfter === null ? null : ops.sum(lossesAfter));
  const slopeAt = add(slope === null ? null : ops.reshape(slope, []));
  return {
    tensors,
    read(values) {
      const chosen = valueAt(values, keptLoss);
      const risen = valueAt(values, keptRise);
      return {
        examples,
        kept: kept === null ? null : report.keptExamples,
        loss: valueAt(values, loss) ?? NaN,
        keptLoss: chosen,
        rise: valueAt(values, rise),
        keptLossAbove: chosen !== null && risen !== null ? chosen + risen : valueAt(values, keptAfter),
        slope: valueAt(values, slopeAt),
      };
    },
  };
};

const valueAt = (values: ArrayLike<number>, place: number | null): number | null =>
  place === null ? null : (values[place] ?? null);

const lossAlone = (examples: number, loss: number): StepSums => ({
  ...{ examples, loss },
  ...{ kept: null, keptLoss: null, rise: null, keptLossAbove: null, slope: null },
});

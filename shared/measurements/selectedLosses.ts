import { total, type Measurement, type StepSums } from './measurement.ts';

const lossAbove = ({ loss, rise }: StepSums): number | null => (rise === null ? null : loss + rise);
const without = (whole: number | null, part: number | null): number | null =>
  whole === null || part === null ? null : whole - part;
const dropped = ({ examples, kept }: StepSums): number | null => without(examples, kept);

/** Σ value / Σ count over sub-batches; null for no examples. */
const mean = (
  parts: readonly StepSums[],
  value: (part: StepSums) => number | null,
  count: (part: StepSums) => number | null,
): number | null => {
  const sum = total(parts, value);
  const examples = total(parts, count);
  return sum === null || examples === null || examples === 0 ? null : sum / examples;
};

/** Mean losses that both Eq. 9 and Eq. 10 compare (Du et al. 2022, Fig. 5). */
export const meanLosses = {
  kept: (parts: readonly StepSums[]) =>
    mean(
      parts,
      (part) => part.keptLoss,
      (part) => part.kept,
    ),
  dropped: (parts: readonly StepSums[]) => mean(parts, (part) => without(part.loss, part.keptLoss), dropped),
  above: (parts: readonly StepSums[]) => mean(parts, lossAbove, (part) => part.examples),
  keptAbove: (parts: readonly StepSums[]) =>
    mean(
      parts,
      (part) => part.keptLossAbove,
      (part) => part.kept,
    ),
  droppedAbove: (parts: readonly StepSums[]) =>
    mean(parts, (part) => without(lossAbove(part), part.keptLossAbove), dropped),
};

export const keptLoss: Measurement = {
  label: 'Loss of kept examples at θ',
  help: 'Mean loss at θ over 𝔹⁺, the examples that the update used (Du et al. 2022, Fig. 5).',
  unit: 'loss',
  of: meanLosses.kept,
};
export const droppedLoss: Measurement = {
  label: 'Loss of dropped examples at θ',
  help: 'Mean loss at θ over 𝔹⁻, the examples that the update left out (Du et al. 2022, Fig. 5).',
  unit: 'loss',
  of: meanLosses.dropped,
};
export const keptLossAbove: Measurement = {
  label: 'Loss of kept examples at θ+ε',
  help: 'Mean loss at θ+ε over 𝔹⁺, the examples that the update used: in the pass that gave Δ of all examples where there was one, else in the update’s own (Du et al. 2022, Fig. 5).',
  unit: 'loss',
  of: meanLosses.keptAbove,
};
export const droppedLossAbove: Measurement = {
  label: 'Loss of dropped examples at θ+ε',
  help: 'Mean loss at θ+ε over 𝔹⁻, the examples that the update left out; only where Δ of all examples was computed (Du et al. 2022, Fig. 5).',
  unit: 'loss',
  of: meanLosses.droppedAbove,
};

import type { StepMetrics } from '../../shared/metrics.ts';
import type { Ops, Tensor } from './engine/ops.ts';
import type { StepReport } from './optimizers/index.ts';

/** What is read off the device about a sampled step. */
export type Measured = Pick<
  StepMetrics,
  | 'lossBefore'
  | 'lossAfter'
  | 'keptExamples'
  | 'perturbedTensors'
  | 'gradientNorm'
  | 'perturbationNorm'
  | 'sharpnessKept'
  | 'sharpnessDropped'
>;

const finite = (value: number | undefined): number | null =>
  value !== undefined && Number.isFinite(value) ? value : null;

const mean = (values: readonly number[]): number | null =>
  values.length === 0 ? null : finite(values.reduce((sum, value) => sum + value, 0) / values.length);

const read = (ops: Ops, tensor: Tensor | null): number[] => (tensor === null ? [] : [...ops.download(tensor)]);

/** Reads a step's report; does not dispose of it. */
export const measuredOf = (ops: Ops, report: StepReport): Measured => {
  const sharpness = read(ops, report.sharpness);
  const kept = new Set(read(ops, report.kept));
  return {
    lossBefore: mean(read(ops, report.lossesBefore)),
    lossAfter: mean(read(ops, report.lossesAfter)),
    keptExamples: report.keptExamples,
    perturbedTensors: report.perturbedTensors,
    gradientNorm: finite(read(ops, report.gradientNorm)[0]),
    perturbationNorm: finite(read(ops, report.perturbationNorm)[0]),
    sharpnessKept: mean(sharpness.filter((_, example) => kept.has(example))),
    sharpnessDropped: mean(sharpness.filter((_, example) => !kept.has(example))),
  };
};

export const disposeReport = (ops: Ops, report: StepReport): void => {
  const { lossesBefore, lossesAfter, gradientNorm, perturbationNorm, sharpness, kept } = report;
  for (const tensor of [lossesBefore, lossesAfter, gradientNorm, perturbationNorm, sharpness, kept]) {
    if (tensor !== null) ops.dispose(tensor);
  }
};

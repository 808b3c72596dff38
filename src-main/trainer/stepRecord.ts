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

const mean = (values: readonly number[]): number | null => {
  const value = values.reduce((sum, each) => sum + each, 0) / values.length;
  return Number.isFinite(value) ? value : null;
};

const readAll = (ops: Ops, tensors: readonly (Tensor | null)[]): number[] =>
  tensors.flatMap((tensor) => (tensor === null ? [] : [...ops.download(tensor)]));

/** Reads a step's reports, one for each sub-batch, as one: losses and Δ over all examples, norms as means. Disposes of nothing. */
export const measuredOf = (ops: Ops, reports: readonly StepReport[]): Measured => {
  const sharpness = reports.map((report) => {
    const kept = new Set(readAll(ops, [report.kept]));
    return readAll(ops, [report.sharpness]).map((delta, example) => ({ delta, isKept: kept.has(example) }));
  });
  const deltas = (isKept: boolean): number[] =>
    sharpness.flat().flatMap((example) => (example.isKept === isKept ? [example.delta] : []));
  const meanOf = (part: (report: StepReport) => Tensor | null): number | null => mean(readAll(ops, reports.map(part)));
  return {
    lossBefore: meanOf((report) => report.lossesBefore),
    lossAfter: meanOf((report) => report.lossesAfter),
    keptExamples: keptIn(reports),
    perturbedTensors: perturbedIn(reports),
    gradientNorm: meanOf((report) => report.gradientNorm),
    perturbationNorm: meanOf((report) => report.perturbationNorm),
    sharpnessKept: mean(deltas(true)),
    sharpnessDropped: mean(deltas(false)),
  };
};

/** Examples that a step's update used. */
export const keptIn = (reports: readonly StepReport[]): number =>
  reports.reduce((sum, { keptExamples }) => sum + keptExamples, 0);

/** Tensors that a step perturbed; the same ones in every sub-batch. */
export const perturbedIn = (reports: readonly StepReport[]): number => reports[0]?.perturbedTensors ?? 0;

export const disposeReports = (ops: Ops, reports: readonly StepReport[]): void => {
  for (const { lossesBefore, lossesAfter, gradientNorm, perturbationNorm, slope, sharpness, kept } of reports) {
    for (const tensor of [lossesBefore, lossesAfter, gradientNorm, perturbationNorm, slope, sharpness, kept]) {
      if (tensor !== null) ops.dispose(tensor);
    }
  }
};

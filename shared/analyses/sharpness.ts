import { z } from 'zod';
import { examplesSettings, type AnalysisKind } from './analysis.ts';

/** What the panel measures, one row each. */
export const sharpnessMeasures = [
  'loss',
  'gradientNorm',
  'samGapAtRho',
  'samGap',
  'worstCase',
  'worstCaseAdaptive',
  'apgd',
  'apgdAdaptive',
  'average',
  'averageAdaptive',
  'eigenvalues',
  'trace',
] as const;
export type SharpnessMeasure = (typeof sharpnessMeasures)[number];

const schema = z.strictObject({
  kind: z.literal('sharpness'),
  ...examplesSettings,
  rho: z.number().gt(0).max(100).default(0.05),
  /** m of m-sharpness: the worst case is taken for each m examples. */
  m: z.number().int().min(1).max(65536).default(128),
  apgdSteps: z.number().int().min(1).max(1000).default(20),
  directions: z.number().int().min(1).max(10000).default(20),
  /** Eigenvalues, largest magnitude first. */
  eigenvalues: z.number().int().min(1).max(100).default(3),
  /** Rademacher draws of the trace. */
  draws: z.number().int().min(2).max(100000).default(30),
});
export type SharpnessSettings = z.infer<typeof schema>;

/** Row: measure; value; standardError, where it is a mean of draws; further, for eigenvalues: values, iterations and isConverged. */
export const sharpness: AnalysisKind<SharpnessSettings> = {
  label: 'Sharpness panel',
  help: 'Worst-case and average rise of the loss around θ, and the Hessian’s eigenvalues and trace. Under BatchNorm, measures that do not scale with |θ| change with the weights’ scale while the network does not: read the adaptive ones beside them.',
  settings: schema,
  rowCount: () => sharpnessMeasures.length,
  passes: ({ apgdSteps, directions, eigenvalues, draws }) =>
    20 + 8 * apgdSteps + 2 * directions + 6 * 30 * eigenvalues + 6 * draws,
};

import { z } from 'zod';
import { examplesSettings, type AnalysisKind } from './analysis.ts';

const schema = z.strictObject({
  kind: z.literal('ascentProfile'),
  ...examplesSettings,
  examples: examplesSettings.examples.default(128),
  rho: z.number().gt(0).max(100).default(0.05),
  /** Share of examples that 𝔹⁺ has. */
  gamma: z.number().gt(0).lt(1).default(0.5),
  points: z.number().int().min(2).max(1001).default(31),
  /** The last t. */
  reach: z.number().gt(0).max(100).default(1.5),
  /** Every example's loss, not just the means. */
  withExamples: z.boolean().default(false),
});
export type AscentProfileSettings = z.infer<typeof schema>;

/** Row: t; kept, dropped (mean losses of 𝔹⁺ and 𝔹⁻ at θ + t·ε); threshold α of Δ; losses, where asked for. */
export const ascentProfile: AnalysisKind<AscentProfileSettings> = {
  label: 'Ascent profile',
  help: 'Mean loss of the kept and of the dropped examples of one batch along SAM’s ascent θ + t·ε, with the batch’s own BatchNorm statistics (Du et al. 2022, Fig. 2).',
  settings: schema,
  rowCount: ({ points }) => points,
  passes: ({ points }) => points + 4,
};

import { z } from 'zod';
import { examplesFields, examplesSettings, type AnalysisKind } from './analysis.ts';

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
  fields: {
    rho: { label: 'ρ', help: 'Length of SAM’s ascent ε at t = 1.' },
    gamma: { label: 'γ', help: 'Share of the images that is kept: those whose loss rises most from θ to θ + ε.' },
    points: { label: 'Points', help: 'Values of t at which the losses are computed, at equal distances.' },
    reach: { label: 'Last t', help: 'How far the profile goes, in lengths of ε.' },
    withExamples: { label: 'Each image’s line', help: 'Keeps the loss of every image, not just the means.' },
    ...examplesFields,
  },
  numbers: {
    threshold: {
      label: 'Threshold α',
      definition: 'The largest rise of the loss from θ to θ + ε among the dropped images: what rises more is kept.',
    },
    keptRise: {
      label: 'Rise of 𝔹⁺ at θ + ε',
      definition: 'Mean loss of the kept images at θ + ε less that at θ, with the batch’s own BatchNorm statistics.',
    },
    droppedRise: {
      label: 'Rise of 𝔹⁻ at θ + ε',
      definition: 'Mean loss of the dropped images at θ + ε less that at θ, with the batch’s own BatchNorm statistics.',
    },
  },
  drawings: ['curves'],
  rowCount: ({ points }) => points,
  // The ascent and its rises come before the first.
  passes: (_, row) => (row === 0 ? 5 : 1),
};

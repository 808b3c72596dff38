import { z } from 'zod';
import { examplesFields, examplesSettings, planeNumbers, type AnalysisKind } from './analysis.ts';

const schema = z.strictObject({
  kind: z.literal('adversarialLandscape'),
  ...examplesSettings,
  points: z.number().int().min(3).max(501).default(31),
  radius: z.number().gt(0).max(1000).default(1),
  /** η of the axes η·∇L of each half. */
  eta: z.number().gt(0).max(1000).default(0.05),
  /** Takes from the second axis what lies along the first. */
  isOrthogonal: z.boolean().default(false),
});
export type AdversarialLandscapeSettings = z.infer<typeof schema>;

/** Row: a, the place on the first axis; losses at every place on the second; cosine between the axes. Rows come coarse grid first. */
export const adversarialLandscape: AnalysisKind<AdversarialLandscapeSettings> = {
  label: 'Adversarial landscape',
  help: 'Loss in the plane of the gradients of two disjoint halves of the examples, where it rises fastest (Du et al. 2022, Fig. 8).',
  settings: schema,
  fields: {
    points: { label: 'Points', unit: 'per axis', help: 'The loss is computed at points × points places of the plane.' },
    radius: { label: 'Radius', help: 'Both axes go from −radius to radius, in lengths of η∇L.' },
    eta: { label: 'η', help: 'Length of the axes: η times the gradient of each half.' },
    isOrthogonal: { label: 'Orthogonal axes', help: 'Takes from the second axis what lies along the first.' },
    ...examplesFields,
  },
  numbers: {
    ...planeNumbers,
    cosine: {
      label: 'Cosine of the axes',
      definition: 'Cosine between the gradients of the two halves, as they come: 0 is a right angle.',
    },
  },
  drawings: ['heat', 'surface', 'sections'],
  rowCount: ({ points }) => points,
  // The gradients of both halves come before the first.
  passes: ({ points }, row) => points + (row === 0 ? 3 : 0),
};

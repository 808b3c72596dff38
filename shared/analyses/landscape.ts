import { z } from 'zod';
import { examplesFields, examplesSettings, planeNumbers, type AnalysisKind } from './analysis.ts';

const schema = z.strictObject({
  kind: z.literal('landscape'),
  ...examplesSettings,
  /** Points along each axis. */
  points: z.number().int().min(3).max(501).default(51),
  /** The axes go from −radius to radius. */
  radius: z.number().gt(0).max(1000).default(1),
  directions: z.enum(['filter-normalised', 'plain']).default('filter-normalised'),
  /** Pairs of random directions; the mean over them is drawn. */
  pairs: z.number().int().min(1).max(100).default(1),
});
export type LandscapeSettings = z.infer<typeof schema>;

/** Row: pair; a, the place on the first direction's axis; losses at every place on the second's. Rows come coarse grid first. */
export const landscape: AnalysisKind<LandscapeSettings> = {
  label: 'Loss landscape',
  help: 'Loss around θ in the plane of two Gaussian directions; filter-normalised, each filter has the length of the network’s own, and vectors are 0 (Li et al. 2018; Du et al. 2022, Fig. 4).',
  settings: schema,
  fields: {
    points: { label: 'Points', unit: 'per axis', help: 'The loss is computed at points × points places of the plane.' },
    radius: { label: 'Radius', help: 'Both axes go from −radius to radius, in lengths of the directions.' },
    directions: {
      label: 'Directions',
      help: 'Filter-normalised: each filter of a direction has the length of the network’s own (Li et al. 2018).',
      texts: { 'filter-normalised': 'filter-normalised', plain: 'plain Gaussian' },
    },
    pairs: { label: 'Pairs', help: 'Planes of two random directions each; the mean over them is drawn.' },
    ...examplesFields,
  },
  numbers: planeNumbers,
  drawings: ['heat', 'surface', 'sections'],
  rowCount: ({ points, pairs }) => points * pairs,
  passes: ({ points }) => points,
};

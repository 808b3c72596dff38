import { z } from 'zod';
import { examplesFields, examplesSettings, type AnalysisKind } from './analysis.ts';

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

/** A gradient is three: one forward, and backward like two. */
const gradient = 3;
/** Products that an eigenvalue takes where it converges; one that does not takes 100. */
const productsExpected = 30;

const passesOf = (
  measure: SharpnessMeasure,
  { apgdSteps, directions, eigenvalues, draws }: SharpnessSettings,
): number => {
  switch (measure) {
    case 'loss':
      return 1;
    case 'gradientNorm':
      return gradient;
    case 'samGapAtRho':
    case 'samGap':
    case 'worstCase':
    case 'worstCaseAdaptive':
      return gradient + 2;
    case 'apgd':
    case 'apgdAdaptive':
      return apgdSteps * (gradient + 1) + 1;
    case 'average':
    case 'averageAdaptive':
      return 2 * directions;
    case 'eigenvalues':
      return 2 * gradient * productsExpected * eigenvalues;
    case 'trace':
      return 2 * gradient * draws;
  }
};

/** Row: measure; value; standardError, where it is a mean of draws; further, for eigenvalues: values, iterations and isConverged. */
export const sharpness: AnalysisKind<SharpnessSettings> = {
  label: 'Sharpness panel',
  help: 'Worst-case and average rise of the loss around θ, and the Hessian’s eigenvalues and trace. Under BatchNorm, measures that do not scale with |θ| change with the weights’ scale while the network does not: read the adaptive ones beside them.',
  settings: schema,
  fields: {
    rho: { label: 'ρ', help: 'Radius of the ball around θ.' },
    m: { label: 'm', unit: 'images', help: 'The worst case is taken for each m images, then averaged.' },
    apgdSteps: { label: 'APGD steps', help: 'Steps of Auto-PGD in search of the worst case.' },
    directions: { label: 'Directions', help: 'Gaussian directions of the average rise.' },
    eigenvalues: { label: 'Eigenvalues', help: 'Of the Hessian, largest magnitude first.' },
    draws: { label: 'Draws', help: 'Rademacher draws of Hutchinson’s estimate of the trace.' },
    ...examplesFields,
  },
  numbers: {
    loss: { label: 'Loss at θ', definition: 'Mean cross entropy of the images, in evaluation mode.' },
    gradientNorm: { label: '‖∇L(θ)‖', definition: 'Length of the gradient over all parameters.' },
    samGapAtRho: {
      label: 'SAM gap at the run’s ρ',
      definition: 'L(θ + ε) − L(θ) with ε = ρ·∇L/‖∇L‖ over all images and the ρ with which the run trained.',
    },
    samGap: { label: 'SAM gap at ρ', definition: 'L(θ + ε) − L(θ) with ε = ρ·∇L/‖∇L‖ over all images.' },
    worstCase: {
      label: 'Worst case, one step',
      definition: 'Rise of the loss after one gradient step to the edge ‖ε‖ = ρ, for each m images, averaged.',
    },
    worstCaseAdaptive: {
      label: 'Worst case, one step, adaptive',
      definition: 'The same over ‖ε/|θ|‖ = ρ, which does not move with the scale of the weights.',
    },
    apgd: {
      label: 'Worst case, APGD',
      definition: 'Largest rise of the loss that Auto-PGD finds in ‖ε‖ ≤ ρ, for each m images, averaged.',
    },
    apgdAdaptive: {
      label: 'Worst case, APGD, adaptive',
      definition: 'The same over ‖ε/|θ|‖ ≤ ρ, which does not move with the scale of the weights.',
    },
    average: {
      label: 'Average rise',
      definition: 'Mean rise of the loss over Gaussian directions of length ρ.',
    },
    averageAdaptive: {
      label: 'Average rise, adaptive',
      definition: 'Mean rise of the loss along |θ| times Gaussian directions of length ρ.',
    },
    eigenvalues: {
      label: 'Largest eigenvalue λ',
      definition:
        'Of the Hessian, the largest in magnitude, by power iteration on (∇L(θ + rv) − ∇L(θ − rv))/2r with r‖v‖ = ‖θ‖/10,000, and with its sign: the kinks that ReLU and max pooling have within that length count as curvature. It ends once λ changes by less than a thousandth and Hv is λv within a twentieth, or after 100 products: then it has not converged.',
    },
    trace: {
      label: 'Trace',
      definition:
        'Of the Hessian, by Hutchinson’s estimate: the mean of vᵀHv over draws of ±1, with Hv as for λ. Kinks within that length make it scatter: read its standard error.',
    },
  },
  drawings: ['measures'],
  rowCount: () => sharpnessMeasures.length,
  passes: (settings, row) => passesOf(sharpnessMeasures[row] ?? 'loss', settings),
};

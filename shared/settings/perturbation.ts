import type { Settings } from './setting.ts';

/** What SAM and ESAM climb by. */
export const perturbationSettings = {
  'optimizer.rho': { label: 'rho', symbol: 'ρ', help: 'Radius of the perturbation.' },
  'optimizer.beta': {
    label: 'beta',
    symbol: 'β',
    help: 'Probability with which each parameter tensor is perturbed (stochastic weight perturbation).',
  },
  'optimizer.gamma': {
    label: 'gamma',
    symbol: 'γ',
    help: 'Share of a batch’s examples that the update uses (sharpness-sensitive data selection).',
  },
  'optimizer.bnStatistics': {
    label: 'BatchNorm statistics',
    help: 'Which passes of a step move BatchNorm’s running statistics.',
  },
  'optimizer.perturbation': {
    label: 'perturbation',
    help: 'Which norm the gradient is divided by: over the chosen tensors, none, or over all tensors.',
  },
  'optimizer.selection': { label: 'selection', help: 'What ranks the examples.' },
  'optimizer.secondPass': {
    label: 'second pass',
    help: 'Whether the kept examples are forwarded again, or the ranking’s activations of them go backward.',
  },
  'optimizer.maskDrawn': { label: 'mask drawn', help: 'When the tensors to be perturbed are chosen.' },
  'optimizer.selectionPrecision': {
    label: 'selection precision',
    help: 'Precision of the forward pass that only ranks the examples.',
  },
  'optimizer.alwaysRank': {
    label: 'always rank',
    help: 'Rank even at γ = 1, where it changes nothing but the speed, as the authors’ release does.',
  },
  'optimizer.adaptive': { label: 'adaptive (ASAM)', help: 'Scale the neighbourhood by |θ| (Kwon et al. 2021).' },
  'optimizer.sharpnessBatch': {
    label: 'sharpness batch m',
    help: 'm of m-sharpness: perturbation and selection are computed per sub-batch of m examples.',
    texts: { null: 'whole batch' },
  },
  'optimizer.interval': {
    label: 'perturb every',
    unit: 'steps',
    help: 'Perturb in every n-th step only; the others are the base rule’s.',
  },
} satisfies Settings;

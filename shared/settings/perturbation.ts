import type { Settings } from './setting.ts';

const beta = {
  label: 'beta',
  symbol: 'β',
  help: 'Probability with which each parameter tensor is perturbed (stochastic weight perturbation).',
};
const gamma = {
  label: 'gamma',
  symbol: 'γ',
  help: 'Share of a batch’s examples that the update uses (sharpness-sensitive data selection; K-SAM: those of largest loss).',
};
const alpha = {
  label: 'alpha',
  symbol: 'α',
  help: 'LookSAM: how much of the part that it keeps is reused between two climbs. GSAM: how much of g’s part orthogonal to h is taken off.',
};
const sigma = {
  label: 'sigma',
  symbol: 'σ',
  help: 'How much of the mean of earlier gradients is taken off the gradient (F-SAM).',
};
const lambda = {
  label: 'lambda',
  symbol: 'λ',
  help: 'How slowly the mean of earlier gradients follows (F-SAM).',
};
const theta = {
  label: 'theta',
  symbol: 'θ',
  help: 'How much of the new gradient goes into the direction of the climb (VaSSO).',
};
const sharpnessWeight = {
  label: 'weight of sharpness',
  symbol: 'γ of WSAM',
  help: 'γ: the sharpness h − g counts γ/(1 − γ) times beside the gradient; ½ coupled is SAM.',
};
const coupled = {
  label: 'coupled',
  help: 'The base rule gets the weighted sum of gradient and sharpness; off: it gets the gradient, and θ moves along the sharpness besides.',
};
const selection = {
  label: 'selection',
  help: 'What ranks the examples.',
  texts: {
    sharpness: 'largest Δ',
    'sharpness-strict': 'largest Δ, strict',
    loss: 'largest loss',
    random: 'random',
    positive: 'all Δ > 0',
  },
};
const secondPass = {
  label: 'second pass',
  help: 'Whether the kept examples are forwarded again, or the activations that the selection made of them go backward.',
  texts: { reforward: 'second forward', gathered: 'gathered' },
};

/** What methods climb by, when, and what they make of it. */
export const perturbationSettings = {
  'optimizer.rho': { label: 'rho', symbol: 'ρ', help: 'Radius of the perturbation.' },
  'optimizer.beta': beta,
  'optimizer.gamma': gamma,
  'optimizer.rhoMin': {
    label: 'smallest rho',
    symbol: 'ρ min',
    help: 'ρ falls with the learning rate to this value; empty: it stays.',
    texts: { null: 'ρ stays' },
  },
  'optimizer.alpha': alpha,
  'optimizer.sigma': sigma,
  'optimizer.lambda': lambda,
  'optimizer.theta': theta,
  'optimizer.sharpnessWeight': sharpnessWeight,
  'optimizer.coupled': coupled,
  'optimizer.bnStatistics': {
    label: 'BatchNorm statistics',
    help: 'Which passes of a step move BatchNorm’s running statistics.',
    texts: { first: 'first pass', all: 'all passes', last: 'last pass' },
  },
  'optimizer.perturbation': {
    label: 'perturbation',
    help: 'Which norm the gradient is divided by: over the chosen tensors, none, or over all tensors.',
    texts: {
      'masked-norm': 'norm of chosen tensors',
      unnormalized: 'no norm',
      'full-norm': 'norm of all tensors',
    },
  },
  'optimizer.selection': selection,
  'optimizer.secondPass': secondPass,
  'optimizer.maskDrawn': {
    label: 'mask drawn',
    help: 'When the tensors to be perturbed are chosen.',
    texts: { 'before-step': 'before the step', 'after-step': 'after the step' },
  },
  'optimizer.selectionPrecision': {
    label: 'selection precision',
    help: 'Precision of the forward pass that only ranks the examples.',
    texts: { same: 'as in training', bfloat16: 'bfloat16' },
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
  'optimizer.direction.name': {
    label: 'direction',
    help: 'Where a climb goes: along the gradient, or along what the step before, earlier ones or chance give; the last two need no first pass.',
    texts: {
      gradient: 'gradient',
      'away-from-mean': 'gradient less its mean (F-SAM)',
      'moving-mean': 'moving mean (VaSSO)',
      'last-gradient': 'last step’s gradient',
      random: 'random, control',
    },
  },
  'optimizer.direction.sigma': sigma,
  'optimizer.direction.lambda': lambda,
  'optimizer.direction.theta': theta,
  'optimizer.moves.name': {
    label: 'what moves',
    help: 'Which tensors a climb perturbs.',
    texts: { all: 'all tensors', share: 'a random share (SWP)', normalisations: 'normalisations (SAM-ON)' },
  },
  'optimizer.moves.beta': beta,
  'optimizer.examples.name': {
    label: 'examples',
    help: 'Which examples of a batch a step uses.',
    texts: { all: 'all', rising: 'those that rise most (SDS)', 'largest-loss': 'largest loss, both passes (K-SAM)' },
  },
  'optimizer.examples.gamma': gamma,
  'optimizer.examples.selection': selection,
  'optimizer.examples.secondPass': secondPass,
  'optimizer.descent.name': {
    label: 'descent',
    help: 'How the gradients g at θ and h at θ+ε become the update.',
    texts: { above: 'h (SAM)', gsam: 'GSAM', wsam: 'WSAM', looksam: 'LookSAM' },
  },
  'optimizer.descent.alpha': alpha,
  'optimizer.descent.sharpnessWeight': sharpnessWeight,
  'optimizer.descent.coupled': coupled,
  'optimizer.when.name': {
    label: 'climbs',
    help: 'In which steps the method climbs; the others are the base rule’s.',
    texts: {
      every: 'every n-th step',
      random: 'at random',
      'gradient-norm': 'by the gradient norm',
      late: 'in the last epochs',
    },
  },
  'optimizer.interval': {
    label: 'perturb every',
    unit: 'steps',
    help: 'Perturb in every n-th step only; the others are the base rule’s.',
  },
  'optimizer.when.probability': {
    label: 'probability',
    symbol: 'p',
    help: 'Share of the steps that climb, by chance (SS-SAM).',
  },
  'optimizer.when.delta': {
    label: 'delta',
    symbol: 'δ',
    help: 'How slowly the mean and the deviation of ‖g‖² follow it (AE-SAM).',
  },
  'optimizer.when.lambda1': {
    label: 'lambda 1',
    symbol: 'λ₁',
    help: 'A step climbs where ‖g‖² is at least its mean and c of its deviations: this is c at the end of the run.',
  },
  'optimizer.when.lambda2': { label: 'lambda 2', symbol: 'λ₂', help: 'The same c at the beginning of the run.' },
  'optimizer.when.share': {
    label: 'share of epochs',
    help: 'The last epochs of the run that climb, as a share of all.',
  },
} satisfies Settings;

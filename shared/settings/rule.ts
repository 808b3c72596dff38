import type { Settings } from './setting.ts';

/** The base rule's. */
export const ruleSettings = {
  'optimizer.learningRate': { label: 'learning rate', help: 'η₀, from which the schedule starts.' },
  'optimizer.momentum': { label: 'momentum', help: 'μ of v ← μ·v + g + λ·θ.' },
  'optimizer.weightDecay': { label: 'weight decay', help: 'λ, added to the gradient as λ·θ.' },
  'optimizer.nesterov': {
    label: 'Nesterov',
    help: 'Nesterov’s momentum as in PyTorch: a step moves by g + λ·θ + μ·v in place of v.',
  },
  'optimizer.decayNormAndBias': {
    label: 'decay norm and bias',
    help: 'Whether weight decay also acts on the scales and offsets of normalisations and on biases.',
  },
} satisfies Settings;

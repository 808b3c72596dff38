import type { Settings } from './setting.ts';

/** The base rule's. */
export const ruleSettings = {
  'optimizer.rule.name': {
    label: 'base rule',
    symbol: 'rule',
    help: 'What becomes of the gradient that the method arrives at.',
    texts: { sgd: 'SGD', adamw: 'AdamW' },
  },
  'optimizer.learningRate': { label: 'learning rate', help: 'η₀, from which the schedule starts.' },
  'optimizer.momentum': { label: 'momentum', help: 'μ of v ← μ·v + g + λ·θ; β₁ of AdamW.' },
  'optimizer.weightDecay': {
    label: 'weight decay',
    help: 'λ, added to the gradient as λ·θ; AdamW takes η·λ·θ off by itself.',
  },
  'optimizer.rule.beta2': {
    label: 'beta 2',
    symbol: 'β₂',
    help: 'AdamW’s memory of squared gradients: s ← β₂·s + (1 − β₂)·g².',
  },
  'optimizer.rule.epsilon': { label: 'epsilon', help: 'AdamW divides by √s plus this.' },
  'optimizer.nesterov': {
    label: 'Nesterov',
    help: 'Nesterov’s momentum as in PyTorch: a step moves by g + λ·θ + μ·v in place of v.',
  },
  'optimizer.decayNormAndBias': {
    label: 'decay norm and bias',
    help: 'Whether weight decay also acts on the scales and offsets of normalisations and on biases.',
  },
} satisfies Settings;

import { ownRuleSettings, ruleLabels } from '../rules/index.ts';
import type { Settings } from './setting.ts';

/** The base rule's. */
export const ruleSettings = {
  'optimizer.rule.name': {
    label: 'base rule',
    symbol: 'rule',
    help: 'What becomes of the gradient that the method arrives at.',
    texts: ruleLabels,
  },
  'optimizer.learningRate': { label: 'learning rate', help: 'η₀, from which the schedule starts.' },
  'optimizer.momentum': { label: 'momentum', help: 'μ of v ← μ·v + g + λ·θ; β₁ of AdamW.' },
  'optimizer.weightDecay': {
    label: 'weight decay',
    help: 'λ, added to the gradient as λ·θ; AdamW takes η·λ·θ off by itself.',
  },
  ...ownRuleSettings,
  'optimizer.nesterov': {
    label: 'Nesterov',
    help: 'Nesterov’s momentum as in PyTorch: a step moves by g + λ·θ + μ·v in place of v.',
  },
  'optimizer.decayNormAndBias': {
    label: 'decay norm and bias',
    help: 'Whether weight decay also acts on the scales and offsets of normalisations and on biases.',
  },
} satisfies Settings;

import { z } from 'zod';
import { ruleSchema, type RuleConfig } from '../rules/index.ts';
import { setting } from '../settings/setting.ts';

/** The base rule without what was added to it later. */
export const plainRule = {
  rule: { name: 'sgd' } as RuleConfig,
  nesterov: false,
  decayNormAndBias: true,
} as const;

/** The base rule's settings: those of every method. */
export const baseRule = {
  rule: ruleSchema.default(plainRule.rule),
  learningRate: setting(z.number().gt(0).max(1e30), {
    label: 'learning rate',
    help: 'η₀, from which the schedule starts.',
  }),
  /** AdamW's m ← β₁·m + (1 − β₁)·g. */
  momentum: setting(z.number().min(0).lt(1), {
    label: 'momentum',
    help: 'μ of v ← μ·v + g + λ·θ; β₁ of AdamW.',
  }),
  /** On every tensor, or on those that `decayNormAndBias` leaves. */
  weightDecay: setting(z.number().min(0).max(1), {
    label: 'weight decay',
    help: 'λ, added to the gradient as λ·θ; AdamW takes η·λ·θ off by itself.',
  }),
  nesterov: setting(z.boolean().default(plainRule.nesterov), {
    label: 'Nesterov',
    help: 'Nesterov’s momentum as in PyTorch: a step moves by g + λ·θ + μ·v in place of v.',
  }),
  decayNormAndBias: setting(z.boolean().default(plainRule.decayNormAndBias), {
    label: 'decay norm and bias',
    help: 'Whether weight decay also acts on the scales and offsets of normalisations and on biases.',
  }),
};

export const defaultRule = { learningRate: 0.1, momentum: 0.9, weightDecay: 5e-4, ...plainRule } as const;

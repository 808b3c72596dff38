import { z } from 'zod';
import { ruleSchema, type RuleConfig } from '../rules/index.ts';

/** The base rule without what was added to it later. */
export const plainRule = {
  rule: { name: 'sgd' } as RuleConfig,
  nesterov: false,
  decayNormAndBias: true,
} as const;

/** The base rule's settings: those of every method. */
export const baseRule = {
  rule: ruleSchema.default(plainRule.rule),
  /** η₀, the schedule's starting value. */
  learningRate: z.number().gt(0).max(1e30),
  /** μ of v ← μ·v + g + λ·θ; β₁ of AdamW's m ← β₁·m + (1 − β₁)·g. */
  momentum: z.number().min(0).lt(1),
  /** λ, on every tensor, or on those that `decayNormAndBias` leaves. */
  weightDecay: z.number().min(0).max(1),
  /** Nesterov's momentum: θ moves by g + λ·θ + μ·v in place of v. */
  nesterov: z.boolean().default(plainRule.nesterov),
  /** Weight decay also on the scales and offsets of normalisations and on biases. */
  decayNormAndBias: z.boolean().default(plainRule.decayNormAndBias),
};

export const defaultRule = { learningRate: 0.1, momentum: 0.9, weightDecay: 5e-4, ...plainRule } as const;

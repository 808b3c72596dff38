import { z } from 'zod';

/** What becomes of the gradient that a method arrives at, and what that alone needs; SGD's momentum is β₁ of AdamW. */
const ruleSchema = z.discriminatedUnion('name', [
  z.strictObject({ name: z.literal('sgd') }),
  z.strictObject({
    name: z.literal('adamw'),
    /** β₂ of s ← β₂·s + (1 − β₂)·g². */
    beta2: z.number().min(0).lt(1).default(0.999),
    /** Added to √s. */
    epsilon: z.number().gt(0).max(1).default(1e-8),
  }),
]);
export type RuleConfig = z.infer<typeof ruleSchema>;

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

/** What an arm that changes to a rule starts from: the other one's steps are of another size. */
export const ruleStarts: Readonly<
  Record<RuleConfig['name'], { rule: RuleConfig; learningRate: number; weightDecay: number; nesterov: boolean }>
> = {
  sgd: { rule: { name: 'sgd' }, learningRate: 0.1, weightDecay: 5e-4, nesterov: false },
  adamw: {
    rule: { name: 'adamw', beta2: 0.999, epsilon: 1e-8 },
    learningRate: 1e-3,
    weightDecay: 0.05,
    nesterov: false,
  },
};

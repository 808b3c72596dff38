import { z } from 'zod';
import { noUnits, type Method, type PhaseUnits } from './method.ts';

/** The base rule without what was added to it later. */
export const plainRule = { nesterov: false, decayNormAndBias: true } as const;

/** The base rule's settings: those of every method. */
export const baseRule = {
  /** η₀, the schedule's starting value. */
  learningRate: z.number().gt(0).max(1e30),
  /** μ of v ← μ·v + g + λ·θ. */
  momentum: z.number().min(0).lt(1),
  /** λ, on every tensor, or on those that `decayNormAndBias` leaves. */
  weightDecay: z.number().min(0).max(1),
  /** Nesterov's momentum: θ moves by g + λ·θ + μ·v in place of v. */
  nesterov: z.boolean().default(plainRule.nesterov),
  /** Weight decay also on the scales and offsets of normalisations and on biases. */
  decayNormAndBias: z.boolean().default(plainRule.decayNormAndBias),
};

export const defaultRule = { learningRate: 0.1, momentum: 0.9, weightDecay: 5e-4, ...plainRule } as const;

const sgdSchema = z.strictObject({ name: z.literal('sgd'), ...baseRule });
export type SgdConfig = z.infer<typeof sgdSchema>;

/** Forward, then the gradients of activations and of weights. */
export const sgdUnits: PhaseUnits = { ...noUnits, forward1: 1, backward1: 2 };

export const sgd = {
  schema: sgdSchema,
  defaults: { name: 'sgd', ...defaultRule },
  names: { sgd: { label: 'SGD', color: '#7f7f7f', dash: [2, 3], shape: 'circle', settings: {} } },
  nameOf: () => 'sgd',
  phaseUnits: () => sgdUnits,
  mostPhaseUnits: () => sgdUnits,
} satisfies Method<SgdConfig, 'sgd'> & { schema: z.ZodType };

import { z } from 'zod';
import { refusing, senselessRule } from './combinations.ts';
import { movingAll, noUnits, type Method, type PhaseUnits } from './method.ts';
import { baseRule, defaultRule } from './rule.ts';

const sgdSchema = refusing(z.strictObject({ name: z.literal('sgd'), ...baseRule }), (config) => [
  senselessRule(config),
]);
export type SgdConfig = z.infer<typeof sgdSchema>;

/** Forward, then the gradients of activations and of weights. */
export const sgdUnits: PhaseUnits = { ...noUnits, forward1: 1, backward1: 2 };

export const sgd = {
  schema: sgdSchema,
  defaults: { name: 'sgd', ...defaultRule },
  names: {
    sgd: {
      help: 'Stochastic gradient descent with momentum: one gradient a step.',
      label: 'SGD',
      color: '#7f7f7f',
      dash: [2, 3],
      shape: 'circle',
      settings: {},
    },
  },
  nameOf: () => 'sgd',
  phaseUnits: () => sgdUnits,
  mostPhaseUnits: () => sgdUnits,
  experimental: () => null,
  ...movingAll,
} satisfies Method<SgdConfig, 'sgd'> & { schema: z.ZodType };

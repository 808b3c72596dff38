import { z } from 'zod';
import { setting } from '../settings/setting.ts';
import type { Rule } from './rule.ts';

const schema = z.strictObject({
  name: z.literal('adamw'),
  beta2: setting(z.number().min(0).lt(1).default(0.999), {
    label: 'beta 2',
    symbol: 'β₂',
    help: 'AdamW’s memory of squared gradients: s ← β₂·s + (1 − β₂)·g².',
  }),
  epsilon: setting(z.number().gt(0).max(1).default(1e-8), {
    label: 'epsilon',
    help: 'AdamW divides by √s plus this.',
  }),
});

/** Below it float32 numbers lose their digits, and some engines take them for 0. */
const leastFloat32 = 1.1754943508222875e-38;

/** The momentum is its β₁. @see Loshchilov and Hutter 2019, Algorithm 2 */
export const adamW = {
  schema,
  label: 'AdamW',
  start: { rule: { name: 'adamw', beta2: 0.999, epsilon: 1e-8 }, learningRate: 1e-3, weightDecay: 0.05 },
  hasNesterov: false,
  // Its decay stands beside the step, so momentum does not touch it.
  growsFrom: () => 2,
  unusable: ({ epsilon }) =>
    epsilon < leastFloat32
      ? {
          path: 'epsilon',
          message: `ε of ${epsilon} is 0 in float32: a weight without a gradient would become 0/0, NaN. Choose at least 1e-37, such as 1e-8.`,
        }
      : null,
} satisfies Rule<z.infer<typeof schema>> & { schema: z.ZodType };

import { z } from 'zod';
import type { Rule } from './rule.ts';

const schema = z.strictObject({ name: z.literal('sgd') });

/** v ← μ·v + g + λ·θ; θ ← θ − η·v, or by g + λ·θ + μ·v where it is Nesterov's. */
export const sgd = {
  schema,
  label: 'SGD',
  start: { rule: { name: 'sgd' }, learningRate: 0.1, weightDecay: 5e-4 },
  hasNesterov: true,
  growsFrom: (momentum) => 2 * (1 + momentum),
  unusable: () => null,
} satisfies Rule<z.infer<typeof schema>> & { schema: z.ZodType };

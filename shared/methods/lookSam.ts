import { z } from 'zod';
import { alpha } from './alpha.ts';
import { climbingSettings, climber, defaultClimb, samUnits, senselessClimb } from './climbing.ts';
import { refusing } from './combinations.ts';
import type { Method } from './method.ts';

/** LookSAM (Liu et al. 2022): SAM in every k-th step (`interval`), whose part beside the gradient the steps between reuse. */
const lookSamSchema = refusing(
  z.strictObject({ name: z.literal('looksam'), ...climbingSettings, alpha }),
  senselessClimb,
);
type LookSamConfig = z.infer<typeof lookSamSchema>;

export const lookSam = {
  schema: lookSamSchema,
  // α 0.7 is for Vision Transformers: on CIFAR it barely trains.
  defaults: { ...defaultClimb, name: 'looksam', rho: 0.1, interval: 5, alpha: 0.1 },
  names: {
    looksam: {
      help: 'SAM in every k-th step; the steps between reuse the part of its gradient beside their own (Liu et al. 2022).',
      label: 'LookSAM',
      color: '#E69F00',
      dash: [14, 4],
      shape: 'cross',
      settings: {},
    },
  },
  nameOf: () => 'looksam',
  ...climber(() => samUnits),
  // By the gradient norm it is AE-LookSAM (Jiang et al. 2023).
  experimental({ when }) {
    return when.name === 'random' || when.name === 'late'
      ? 'nobody has published this method with this schedule'
      : null;
  },
} satisfies Method<LookSamConfig, 'looksam'> & { schema: z.ZodType };

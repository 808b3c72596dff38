import { z } from 'zod';
import { climbingSettings, climber, defaultClimb, samUnits, senselessClimb } from './climbing.ts';
import { refusing } from './combinations.ts';
import type { Method } from './method.ts';
import { setting } from '../settings/setting.ts';

/** θ of d ← (1 − θ)d + θg. */
export const theta = setting(z.number().gt(0).max(1), {
  label: 'theta',
  symbol: 'θ',
  help: 'How much of the new gradient goes into the direction of the climb (VaSSO).',
});

/** VaSSO (Li and Giannakis 2023): climbs along a moving mean of the gradients. */
const vassoSchema = refusing(z.strictObject({ name: z.literal('vasso'), ...climbingSettings, theta }), senselessClimb);
type VassoConfig = z.infer<typeof vassoSchema>;

export const vasso = {
  schema: vassoSchema,
  defaults: { ...defaultClimb, name: 'vasso', rho: 0.2, theta: 0.9 },
  names: {
    vasso: {
      help: 'SAM that climbs along a moving mean of the gradients (Li and Giannakis 2023).',
      label: 'VaSSO',
      color: '#8B5FBF',
      dash: [2, 6],
      shape: 'triangle',
      settings: {},
    },
  },
  nameOf: () => 'vasso',
  ...climber(() => samUnits),
} satisfies Method<VassoConfig, 'vasso'> & { schema: z.ZodType };

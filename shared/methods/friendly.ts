import { z } from 'zod';
import { climbingSettings, climber, defaultClimb, samUnits, senselessClimb } from './climbing.ts';
import { refusing } from './combinations.ts';
import type { Method } from './method.ts';

/** F-SAM (Li et al. 2024, "Friendly sharpness-aware minimization"): climbs along g − σ·(moving mean of earlier g). */
const friendlySchema = refusing(
  z.strictObject({
    name: z.literal('friendly'),
    ...climbingSettings,
    /** σ, how much of the mean is taken off. */
    sigma: z.number().min(0).max(10),
    /** λ of m ← λm + (1 − λ)g; 0.6 in the authors' script, 0.9 in their class. */
    lambda: z.number().min(0).lt(1),
  }),
  senselessClimb,
);
type FriendlyConfig = z.infer<typeof friendlySchema>;

export const friendly = {
  schema: friendlySchema,
  defaults: { ...defaultClimb, name: 'friendly', rho: 0.2, sigma: 1, lambda: 0.6 },
  names: {
    friendly: {
      help: 'SAM that climbs along what a batch’s gradient has beside the mean of earlier ones (Li et al. 2024).',
      label: 'F-SAM',
      color: '#56B4E9',
      dash: [],
      shape: 'crossRot',
      settings: {},
    },
  },
  nameOf: () => 'friendly',
  ...climber(() => samUnits),
} satisfies Method<FriendlyConfig, 'friendly'> & { schema: z.ZodType };

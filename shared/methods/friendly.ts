import { z } from 'zod';
import { climbingSettings, climber, defaultClimb, samUnits, senselessClimb } from './climbing.ts';
import { refusing } from './combinations.ts';
import type { Method } from './method.ts';
import { setting } from '../settings/setting.ts';

export const sigma = setting(z.number().min(0).max(10), {
  label: 'sigma',
  symbol: 'σ',
  help: 'How much of the mean of earlier gradients is taken off the gradient (F-SAM).',
});

/** λ of m ← λm + (1 − λ)g; 0.6 in the authors' script, 0.9 in their class. */
export const lambda = setting(z.number().min(0).lt(1), {
  label: 'lambda',
  symbol: 'λ',
  help: 'How slowly the mean of earlier gradients follows (F-SAM).',
});

/** F-SAM (Li et al. 2024, "Friendly sharpness-aware minimization"): climbs along g − σ·(moving mean of earlier g). */
const friendlySchema = refusing(
  z.strictObject({ name: z.literal('friendly'), ...climbingSettings, sigma, lambda }),
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

import { z } from 'zod';
import { climbingSettings, climber, defaultClimb, samUnits, senselessClimb } from './climbing.ts';
import { refusing } from './combinations.ts';
import type { Method } from './method.ts';

/** WSAM (Yue et al. 2023): the sharpness h − g has a weight a = γ/(1 − γ) of its own beside the gradient g. */
const wsamSchema = refusing(
  z.strictObject({
    name: z.literal('wsam'),
    ...climbingSettings,
    /** γ. */
    sharpnessWeight: z.number().min(0).lt(1),
    /** Coupled: the base rule gets g + a(h − g). Decoupled: it gets g, and θ moves by −η·a(h − g) besides. */
    coupled: z.boolean(),
  }),
  senselessClimb,
);
type WsamConfig = z.infer<typeof wsamSchema>;

export const wsam = {
  schema: wsamSchema,
  defaults: { ...defaultClimb, name: 'wsam', sharpnessWeight: 0.88, coupled: false },
  names: {
    wsam: {
      help: 'SAM whose sharpness has a weight of its own beside the loss (Yue et al. 2023).',
      label: 'WSAM',
      color: '#8C8C00',
      dash: [7, 3, 7, 3, 2, 3],
      shape: 'rectRot',
      settings: {},
    },
  },
  nameOf: () => 'wsam',
  ...climber(() => samUnits),
} satisfies Method<WsamConfig, 'wsam'> & { schema: z.ZodType };

import { z } from 'zod';
import { climbingSettings, climber, defaultClimb, samUnits, senselessClimb } from './climbing.ts';
import { refusing } from './combinations.ts';
import type { Method } from './method.ts';
import { setting } from '../settings/setting.ts';

export const sharpnessWeight = setting(z.number().min(0).lt(1), {
  label: 'weight of sharpness',
  symbol: 'γ of WSAM',
  help: 'γ: the sharpness h − g counts γ/(1 − γ) times beside the gradient; ½ coupled is SAM.',
});

/** Coupled: the base rule gets g + a(h − g). Decoupled: it gets g, and θ moves by −η·a(h − g) besides. */
export const coupled = setting(z.boolean(), {
  label: 'coupled',
  help: 'The base rule gets the weighted sum of gradient and sharpness; off: it gets the gradient, and θ moves along the sharpness besides.',
});

/** WSAM (Yue et al. 2023): the sharpness h − g has a weight a = γ/(1 − γ) of its own beside the gradient g. */
const wsamSchema = refusing(
  z.strictObject({ name: z.literal('wsam'), ...climbingSettings, sharpnessWeight, coupled }),
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

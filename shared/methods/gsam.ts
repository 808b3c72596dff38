import { z } from 'zod';
import { alpha } from './alpha.ts';
import { climbingSettings, climber, defaultClimb, samUnits, senselessClimb } from './climbing.ts';
import { refusing } from './combinations.ts';
import type { Method } from './method.ts';
import { setting } from '../settings/setting.ts';

/** GSAM (Zhuang et al. 2022): descends along h − α·(the part of g that is orthogonal to h). */
const gsamSchema = refusing(
  z.strictObject({
    name: z.literal('gsam'),
    ...climbingSettings,
    alpha,
    /** From ρ at η₀ to this at 0. */
    rhoMin: setting(z.number().min(0).max(1e6).nullable().default(null), {
      label: 'smallest rho',
      symbol: 'ρ min',
      help: 'ρ falls with the learning rate to this value; empty: it stays.',
      texts: { null: 'ρ stays' },
    }),
  }),
  (config) => [
    ...senselessClimb(config),
    config.rhoMin !== null && config.rhoMin > config.rho
      ? { path: ['rhoMin'], reason: 'the smallest ρ is more than ρ itself; give less, or leave it empty' }
      : null,
  ],
);
type GsamConfig = z.infer<typeof gsamSchema>;

export const gsam = {
  schema: gsamSchema,
  defaults: { ...defaultClimb, name: 'gsam', alpha: 0.4, rhoMin: null },
  names: {
    gsam: {
      help: 'SAM that also narrows the gap between the loss there and here: it takes off a part of the gradient here (Zhuang et al. 2022).',
      label: 'GSAM',
      color: '#A65628',
      dash: [14, 4],
      shape: 'rect',
      settings: {},
    },
  },
  nameOf: () => 'gsam',
  ...climber(() => samUnits),
} satisfies Method<GsamConfig, 'gsam'> & { schema: z.ZodType };

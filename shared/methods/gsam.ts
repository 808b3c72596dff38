import { z } from 'zod';
import { alpha } from './alpha.ts';
import { climbingSettings, climber, defaultClimb, samUnits, senselessClimb } from './climbing.ts';
import { refusing } from './combinations.ts';
import type { Method } from './method.ts';
import { rhoMin, senselessRhoMin } from './rhoMin.ts';

/** GSAM (Zhuang et al. 2022): descends along h − α·(the part of g that is orthogonal to h). */
const gsamSchema = refusing(
  z.strictObject({
    name: z.literal('gsam'),
    ...climbingSettings,
    alpha,
    rhoMin,
  }),
  (config) => [...senselessClimb(config), senselessRhoMin(config)],
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

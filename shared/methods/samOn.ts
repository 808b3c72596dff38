import { z } from 'zod';
import { climbingSettings, climber, defaultClimb, samUnits, senselessClimb } from './climbing.ts';
import { refusing } from './combinations.ts';
import type { Method } from './method.ts';

/** What is wrong with a network without any. */
export const noNormalisation =
  'This method moves the scales and offsets of normalisations, of which this model has none; choose another model or another method.';

/** SAM-ON (Mueller et al. 2023): moves the scales and offsets of normalisations only. */
const samOnSchema = refusing(z.strictObject({ name: z.literal('sam-on'), ...climbingSettings }), senselessClimb);
type SamOnConfig = z.infer<typeof samOnSchema>;

/** The first pass needs no gradient of convolutions and dense layers, but where its norm decides whether to climb. */
const climbUnits = ({ when }: SamOnConfig) => ({ ...samUnits, backward1: when.name === 'gradient-norm' ? 2 : 1 });

export const samOn = {
  schema: samOnSchema,
  defaults: { ...defaultClimb, name: 'sam-on', rho: 0.5 },
  names: {
    'sam-on': {
      help: 'SAM that perturbs the scales and offsets of normalisations only (Mueller et al. 2023).',
      label: 'SAM-ON',
      color: '#E7298A',
      dash: [10, 3, 4, 3],
      shape: 'cross',
      settings: {},
    },
  },
  nameOf: () => 'sam-on',
  ...climber(climbUnits),
  movesNormalisations: () => true,
} satisfies Method<SamOnConfig, 'sam-on'> & { schema: z.ZodType };

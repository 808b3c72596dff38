import { z } from 'zod';
import { climbingSettings, climber, defaultClimb, senselessClimb } from './climbing.ts';
import { refusing, type Senseless } from './combinations.ts';
import type { Method } from './method.ts';
import { sgdUnits } from './sgd.ts';

const { bnStatistics: _, ...settings } = climbingSettings;
const { bnStatistics: __, ...defaults } = defaultClimb;

/** What is wrong with a rule that has none. */
export const noMomentum = (momentum: number): Senseless | null =>
  momentum === 0
    ? { path: ['momentum'], reason: 'MSAM climbs along the momentum, so it needs one; give more than 0, such as 0.9' }
    : null;

/** MSAM (Becker et al. 2024): climbs against the momentum, so that a step needs one gradient only. */
const momentumSamSchema = refusing(z.strictObject({ name: z.literal('momentum-sam'), ...settings }), (config) => [
  ...senselessClimb({ ...config, bnStatistics: 'first' }),
  noMomentum(config.momentum),
  config.when.name === 'gradient-norm'
    ? {
        path: ['when', 'name'],
        reason: 'MSAM never computes the gradient at θ, whose norm would have to decide; choose another schedule',
      }
    : null,
]);
type MomentumSamConfig = z.infer<typeof momentumSamSchema>;

export const momentumSam = {
  schema: momentumSamSchema,
  defaults: { ...defaults, name: 'momentum-sam', rho: 3 },
  names: {
    'momentum-sam': {
      help: 'Climbs against the momentum, so that a step needs one gradient only (Becker et al. 2024).',
      label: 'MSAM',
      color: '#35978F',
      dash: [9, 3, 2, 3, 2, 3],
      shape: 'circle',
      settings: {},
    },
  },
  nameOf: () => 'momentum-sam',
  ...climber((_config: MomentumSamConfig & { bnStatistics: string }) => sgdUnits),
} satisfies Method<MomentumSamConfig, 'momentum-sam'> & { schema: z.ZodType };

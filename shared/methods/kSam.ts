import { z } from 'zod';
import { climbingSettings, climber, defaultClimb, samUnits, senselessClimb } from './climbing.ts';
import { refusing } from './combinations.ts';
import { gamma } from './gamma.ts';
import type { Method, PhaseUnits } from './method.ts';

/** K-SAM (Ni et al. 2022): both passes see only the examples of largest loss. */
const kSamSchema = refusing(z.strictObject({ name: z.literal('k-sam'), ...climbingSettings, gamma }), (config) => [
  ...senselessClimb(config),
  config.when.name === 'gradient-norm'
    ? {
        path: ['when', 'name'],
        reason:
          'K-SAM’s first pass sees some examples only, so the norm of the whole batch’s gradient cannot decide; choose another schedule',
      }
    : null,
]);
type KSamConfig = z.infer<typeof kSamSchema>;

const climbUnits = ({ gamma }: KSamConfig): PhaseUnits =>
  gamma === 1
    ? samUnits
    : {
        ...samUnits,
        selectionForward: 1,
        forward1: gamma,
        backward1: 2 * gamma,
        forward2: gamma,
        backward2: 2 * gamma,
      };

export const kSam = {
  schema: kSamSchema,
  defaults: { ...defaultClimb, name: 'k-sam', gamma: 0.5 },
  names: {
    'k-sam': {
      help: 'SAM, both of whose gradients are those of the examples of largest loss (Ni et al. 2022).',
      label: 'K-SAM',
      color: '#5C6BC0',
      dash: [4, 3],
      shape: 'crossRot',
      settings: {},
    },
  },
  nameOf: () => 'k-sam',
  ...climber(climbUnits),
} satisfies Method<KSamConfig, 'k-sam'> & { schema: z.ZodType };

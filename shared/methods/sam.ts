import { z } from 'zod';
import { climbingSettings, climber, defaultClimb, plainClimb, samUnits, senselessClimb } from './climbing.ts';
import { refusing } from './combinations.ts';
import type { Method } from './method.ts';
import { setting } from '../settings/setting.ts';
import { unpublishedTimes } from './when.ts';

/** SAM without any of the variations that later work, or the release, made of it. */
export const plainSam = { ...plainClimb, adaptive: false, sharpnessBatch: null } as const;

/** SAM's settings, which are ESAM's too. */
export const sharpnessAware = {
  ...climbingSettings,
  adaptive: setting(z.boolean().default(plainSam.adaptive), {
    label: 'adaptive (ASAM)',
    help: 'Scale the neighbourhood by |θ| (Kwon et al. 2021).',
  }),
  sharpnessBatch: setting(z.number().int().min(1).max(65536).nullable().default(plainSam.sharpnessBatch), {
    label: 'sharpness batch m',
    help: 'm of m-sharpness: perturbation and selection are computed per sub-batch of m examples.',
    texts: { null: 'whole batch' },
  }),
};

export const defaultSam = { ...defaultClimb, ...plainSam } as const;

const samSchema = refusing(z.strictObject({ name: z.literal('sam'), ...sharpnessAware }), senselessClimb);
export type SamConfig = z.infer<typeof samSchema>;

export const sam = {
  schema: samSchema,
  defaults: { name: 'sam', ...defaultSam },
  names: {
    sam: {
      help: 'Climbs by ρ along the gradient, and descends by the gradient found there (Foret et al. 2021).',
      label: 'SAM',
      color: '#0072B2',
      dash: [7, 4],
      shape: 'rect',
      settings: {},
    },
  },
  nameOf: () => 'sam',
  ...climber(() => samUnits),
  // Schedules were published for SAM itself: SS-SAM, AE-SAM, late SAM.
  experimental(config) {
    return config.adaptive && unpublishedTimes(config) !== null ? 'nobody has published ASAM with a schedule' : null;
  },
} satisfies Method<SamConfig, 'sam'> & { schema: z.ZodType };

import { z } from 'zod';
import { phases } from '../metrics.ts';
import { refusing, senselessRule } from './combinations.ts';
import type { Method, PhaseUnits } from './method.ts';
import { baseRule, defaultRule, plainRule } from './rule.ts';
import { sgdUnits } from './sgd.ts';

/** SAM without any of the variations that later work, or the release, made of it. */
export const plainSam = { ...plainRule, adaptive: false, sharpnessBatch: null, interval: 1 } as const;

/** SAM's settings, which are ESAM's too. */
export const sharpnessAware = {
  ...baseRule,
  /** ρ, the radius of the perturbation. */
  rho: z.number().min(0).max(1e6),
  /** Which passes of a step move BatchNorm's running statistics. */
  bnStatistics: z.enum(['first', 'all', 'last']),
  /** ASAM: the neighbourhood is scaled by |θ| (Kwon et al. 2021). */
  adaptive: z.boolean().default(plainSam.adaptive),
  /** m of m-sharpness: ε and 𝔹⁺ are computed per sub-batch of m examples; null = the whole batch. */
  sharpnessBatch: z.number().int().min(1).max(65536).nullable().default(plainSam.sharpnessBatch),
  /** Perturb in every n-th step only; the others are SGD's. */
  interval: z.number().int().min(1).max(1000).default(plainSam.interval),
};

export const defaultSam = { ...defaultRule, ...plainSam, rho: 0.05, bnStatistics: 'first' } as const;

const samSchema = refusing(z.strictObject({ name: z.literal('sam'), ...sharpnessAware }), (config) => [
  senselessRule(config),
]);
export type SamConfig = z.infer<typeof samSchema>;

/** The mean over n steps of which one perturbs. */
export const everyNth = (perturbed: PhaseUnits, n: number): PhaseUnits => {
  const units = { ...perturbed };
  for (const phase of phases) units[phase] = (perturbed[phase] + (n - 1) * sgdUnits[phase]) / n;
  return units;
};

/** Both passes of the whole batch. */
const phaseUnits = ({ interval }: SamConfig): PhaseUnits =>
  everyNth({ ...sgdUnits, forward2: 1, backward2: 2 }, interval);

export const sam = {
  schema: samSchema,
  defaults: { name: 'sam', ...defaultSam },
  names: { sam: { label: 'SAM', color: '#0072B2', dash: [7, 4], shape: 'rect', settings: {} } },
  nameOf: () => 'sam',
  phaseUnits,
  mostPhaseUnits: phaseUnits,
} satisfies Method<SamConfig, 'sam'> & { schema: z.ZodType };

import { z } from 'zod';
import type { Schedule } from './schedule.ts';

export interface GradientNormSettings {
  /** δ. */
  readonly delta: number;
  /** λ₁ at the end of the run, λ₂ at its beginning. */
  readonly lambda1: number;
  readonly lambda2: number;
}

/** μ and σ² of ‖g‖²; null before the first step. */
const memorySchema = z.strictObject({ moments: z.strictObject({ mean: z.number(), variance: z.number() }).nullable() });

/**
 * Where ‖g‖² is large (AE-SAM, Jiang et al. 2023): μ ← δμ + (1 − δ)‖g‖², then σ² ← δσ² + (1 − δ)(‖g‖² − μ)², from μ = ‖g‖² and σ² = 0;
 * climbs where ‖g‖² ≥ μ + c·σ with c = (t/T)λ₁ + (1 − t/T)λ₂.
 * @param steps - T, of the whole run.
 */
export const byGradientNorm = ({ delta, lambda1, lambda2 }: GradientNormSettings, steps: number): Schedule => {
  let moments: z.infer<typeof memorySchema>['moments'] = null;
  return {
    looksAt: 'gradient',
    climbs(step, squaredNorm) {
      const before = moments ?? { mean: squaredNorm, variance: 0 };
      const mean = delta * before.mean + (1 - delta) * squaredNorm;
      const variance = delta * before.variance + (1 - delta) * (squaredNorm - mean) ** 2;
      moments = moments === null ? before : { mean, variance };
      const progress = step / steps;
      const c = progress * lambda1 + (1 - progress) * lambda2;
      return squaredNorm >= moments.mean + c * Math.sqrt(moments.variance);
    },
    memory: {
      tensors: {},
      data: () => ({ moments }),
      recall(data) {
        const memory = memorySchema.parse(data);
        return () => {
          moments = memory.moments;
        };
      },
    },
  };
};

import { z } from 'zod';
import { emptyLike } from '../gradients.ts';
import type { OptimizerContext } from '../objective.ts';
import type { Direction } from './direction.ts';

const memorySchema = z.strictObject({ hasMean: z.boolean() });

/**
 * F-SAM (Li et al. 2024, "Friendly sharpness-aware minimization"): d = g − σ·m with the moving mean m of earlier gradients, which is
 * the full gradient's part of g; *then* m ← λm + (1 − λ)g. In the first step d = m = g.
 */
export const awayFromMean = (
  { ops, state, clock }: OptimizerContext,
  { sigma, lambda }: { readonly sigma: number; readonly lambda: number },
): Direction => {
  const means = emptyLike(ops, state.parameters);
  let hasMean = false;
  return {
    of(gradients) {
      // σ = 0 is SAM, to the sign of a zero.
      if (sigma === 0) return gradients;
      return clock.measure('perturb', () => {
        const directions = gradients.map((gradient, index) => {
          const mean = means[index];
          if (gradient === null || mean === undefined) return gradient;
          if (!hasMean) {
            means[index] = ops.reshape(gradient, gradient.shape);
            ops.dispose(mean);
            return gradient;
          }
          const direction = ops.scaleAdd(mean, ops.constant(-sigma), gradient);
          const kept = ops.multiply(mean, ops.constant(lambda));
          means[index] = ops.scaleAdd(gradient, ops.constant(1 - lambda), kept);
          [gradient, mean, kept].forEach(ops.dispose);
          return direction;
        });
        hasMean = true;
        return directions;
      });
    },
    memory: {
      tensors: { mean: means },
      data: () => ({ hasMean }),
      recall(data) {
        const memory = memorySchema.parse(data);
        return () => {
          hasMean = memory.hasMean;
        };
      },
    },
    dispose() {
      means.forEach(ops.dispose);
    },
  };
};

import { emptyLike } from '../gradients.ts';
import type { OptimizerContext } from '../objective.ts';
import type { Direction } from './direction.ts';

/** VaSSO (Li and Giannakis 2023): d ← (1 − θ)d + θg, from 0: an adversary that one noisy batch does not turn. */
export const movingMean = ({ ops, state, clock }: OptimizerContext, theta: number): Direction => {
  const means = emptyLike(ops, state.parameters);
  return {
    of(gradients) {
      // θ = 1 is SAM, to the sign of a zero.
      if (theta === 1) return gradients;
      return clock.measure('perturb', () =>
        gradients.map((gradient, index) => {
          const mean = means[index];
          if (gradient === null || mean === undefined) return gradient;
          const kept = ops.multiply(mean, ops.constant(1 - theta));
          const next = ops.scaleAdd(gradient, ops.constant(theta), kept);
          means[index] = next;
          [gradient, mean, kept].forEach(ops.dispose);
          return ops.reshape(next, next.shape);
        }),
      );
    },
    memory: { tensors: { mean: means }, data: () => null, recall: () => () => undefined },
    dispose() {
      means.forEach(ops.dispose);
    },
  };
};

import { elementCount, type Tensor } from '../../engine/ops.ts';
import type { OptimizerContext, UpdateRule } from '../objective.ts';
import { decayOf, type RuleSettings } from './settings.ts';

/**
 * d = g + λ·θ; v ← μ·v + d; θ ← θ − η·v, or θ − η·(d + μ·v) where it is Nesterov's: exactly PyTorch's SGD without dampening. Unless
 * `decayNormAndBias`, λ is 0 for the scales and offsets of normalisations and for biases.
 */
export const sgdRule = ({ ops, state, roles, clock }: OptimizerContext, settings: RuleSettings): UpdateRule => {
  const { momentum, nesterov } = settings;
  const velocities = state.parameters.map(({ shape }) => ops.upload(new Float32Array(elementCount(shape)), shape));

  /** g + λ·(elsewhere − θ), so that the update's λ·θ becomes λ·elsewhere; consumes the gradient. */
  const decayingAt = (gradient: Tensor, parameter: Tensor, elsewhere: Tensor | undefined, decay: number): Tensor => {
    if (elsewhere === undefined || elsewhere === parameter || decay === 0) return gradient;
    const distance = ops.subtract(elsewhere, parameter);
    const moved = ops.scaleAdd(distance, ops.constant(decay), gradient);
    [distance, gradient].forEach(ops.dispose);
    return moved;
  };

  return {
    momentum: velocities,
    apply(gradients, learningRate, decayed) {
      clock.measure('update', () => {
        gradients.forEach((given, index) => {
          const parameter = state.parameters[index];
          const velocity = velocities[index];
          if (parameter === undefined || velocity === undefined || given === null) {
            throw new Error(`Parameter ${index} has no gradient to be updated with.`);
          }
          const weightDecay = decayOf(settings, roles[index]);
          const gradient = decayingAt(given, parameter, decayed?.[index], weightDecay);
          const updated = ops.momentumUpdate(parameter, velocity, gradient, {
            learningRate,
            momentum,
            weightDecay,
            nesterov,
          });
          state.parameters[index] = updated.parameter;
          velocities[index] = updated.velocity;
          ops.dispose(gradient);
        });
      });
    },
    memory: { tensors: { velocity: velocities }, data: () => null, recall: () => () => undefined },
    dispose() {
      velocities.forEach(ops.dispose);
    },
  };
};

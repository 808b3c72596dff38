import { elementCount } from '../../engine/ops.ts';
import type { Training, UpdateRule } from '../objective.ts';
import { decayOf, type RuleSettings } from './settings.ts';

/**
 * d = g + λ·θ; v ← μ·v + d; θ ← θ − η·v, or θ − η·(d + μ·v) where it is Nesterov's: exactly PyTorch's SGD without dampening. Unless
 * `decayNormAndBias`, λ is 0 for the scales and offsets of normalisations and for biases.
 */
export const sgdRule = ({ ops, state, roles, clock }: Training, settings: RuleSettings): UpdateRule => {
  const { momentum, nesterov } = settings;
  const velocities = state.parameters.map(({ shape }) => ops.upload(new Float32Array(elementCount(shape)), shape));
  return {
    apply(gradients, learningRate) {
      clock.measure('update', () => {
        gradients.forEach((gradient, index) => {
          const parameter = state.parameters[index];
          const velocity = velocities[index];
          if (parameter === undefined || velocity === undefined || gradient === null) {
            throw new Error(`Parameter ${index} has no gradient to be updated with.`);
          }
          const weightDecay = decayOf(settings, roles[index]);
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

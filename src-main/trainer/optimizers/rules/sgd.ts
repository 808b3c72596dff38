import type { SgdConfig } from '../../../../shared/runConfig.ts';
import type { ParameterRole } from '../../engine/network.ts';
import { elementCount } from '../../engine/ops.ts';
import type { Training, UpdateRule } from '../objective.ts';

export type SgdSettings = Pick<SgdConfig, 'momentum' | 'weightDecay' | 'nesterov' | 'decayNormAndBias'>;

/** Neither of a normalisation nor a bias. */
const isWeight = (role: ParameterRole | undefined): boolean => role !== 'scale' && role !== 'offset' && role !== 'bias';

/**
 * d = g + λ·θ; v ← μ·v + d; θ ← θ − η·v, or θ − η·(d + μ·v) where it is Nesterov's: exactly PyTorch's SGD without dampening. Unless
 * `decayNormAndBias`, λ is 0 for the scales and offsets of normalisations and for biases.
 */
export const sgdRule = ({ ops, state, roles, clock }: Training, settings: SgdSettings): UpdateRule => {
  const { momentum, nesterov, decayNormAndBias } = settings;
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
          const weightDecay = decayNormAndBias || isWeight(roles[index]) ? settings.weightDecay : 0;
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

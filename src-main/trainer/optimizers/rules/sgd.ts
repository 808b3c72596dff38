import { elementCount } from '../../engine/ops.ts';
import type { Training, UpdateRule } from '../objective.ts';

export interface SgdSettings {
  readonly momentum: number;
  readonly weightDecay: number;
}

/** v ← μ·v + g + λ·θ; θ ← θ − η·v on every tensor, BatchNorm and biases too: exactly PyTorch's SGD without Nesterov or dampening. */
export const sgdRule = ({ ops, state, clock }: Training, { momentum, weightDecay }: SgdSettings): UpdateRule => {
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
          const updated = ops.momentumUpdate(parameter, velocity, gradient, { learningRate, momentum, weightDecay });
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

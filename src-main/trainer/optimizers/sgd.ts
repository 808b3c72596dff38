import { elementCount } from '../engine/ops.ts';
import type { Optimizer, Training, UpdateRule } from './objective.ts';

/** v ← μ·v + g + λ·θ; θ ← θ − η·v on every tensor, BatchNorm and biases too: exactly PyTorch's SGD without Nesterov or dampening. */
export const momentumRule = (
  { ops, state, clock }: Training,
  { momentum, weightDecay }: { readonly momentum: number; readonly weightDecay: number },
): UpdateRule => {
  const velocities = state.parameters.map(({ shape }) => ops.upload(new Float32Array(elementCount(shape)), shape));
  return {
    velocities,
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
    dispose() {
      velocities.forEach(ops.dispose);
    },
  };
};

/** Stochastic gradient descent: the rule, fed the gradient at θ. Costs F + B. */
export const sgd = (rule: UpdateRule): Optimizer => ({
  step(objective, learningRate) {
    const here = objective.gradients({ pass: 'first', statistics: 'update' });
    rule.apply(here.gradients, learningRate);
    return [
      {
        lossesBefore: here.losses,
        lossesAfter: null,
        keptExamples: objective.examples,
        perturbedTensors: 0,
        gradientNorm: null,
        perturbationNorm: null,
        sharpness: null,
        kept: null,
      },
    ];
  },
  velocities: rule.velocities,
  memory: () => ({ steps: 0, mask: null }),
  recall: () => undefined,
  dispose: rule.dispose,
});

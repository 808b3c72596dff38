import type { Optimizer, UpdateRule } from './objective.ts';

/** Gradient descent: the rule, fed the gradient at θ. Costs F + B. */
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
        slope: null,
        sharpness: null,
        kept: null,
      },
    ];
  },
  memories: { rule: rule.memory },
  dispose: rule.dispose,
});

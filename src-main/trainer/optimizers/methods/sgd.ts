import type { Tensor } from '../../engine/ops.ts';
import type { Objective, Optimizer, StepReport, UpdateRule } from '../objective.ts';

/** Of a step at θ alone. */
export const plainReport = (objective: Objective, lossesBefore: Tensor): StepReport => ({
  lossesBefore,
  lossesAfter: null,
  keptExamples: objective.examples,
  perturbedTensors: 0,
  gradientNorm: null,
  perturbationNorm: null,
  slope: null,
  sharpness: null,
  kept: null,
});

/** Gradient descent: the rule, fed the gradient at θ. Costs F + B. */
export const sgd = (rule: UpdateRule): Optimizer => ({
  step(objective, learningRate) {
    const here = objective.gradients({ pass: 'first', statistics: 'update' });
    rule.apply(here.gradients, learningRate);
    return [plainReport(objective, here.losses)];
  },
  memories: { rule: rule.memory },
  dispose: rule.dispose,
});

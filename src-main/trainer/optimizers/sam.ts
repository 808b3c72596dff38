import type { SamConfig } from '../../../shared/runConfig.ts';
import type { Optimizer, Training, UpdateRule } from './objective.ts';
import { perturb } from './perturb.ts';

/** SAM (Foret et al. 2020, Alg. 1): the rule, fed the gradient at θ + ρ·g/‖g‖₂. Costs 2F + 2B. */
export const sam = (
  training: Training,
  rule: UpdateRule,
  { rho, bnStatistics }: Pick<SamConfig, 'rho' | 'bnStatistics'>,
): Optimizer => ({
  step(objective, learningRate) {
    const here = objective.gradients({ pass: 'first', statistics: 'update' });
    const { restore, ...climbed } = perturb(training, here.gradients, rho, true);
    const above = objective.gradients({ pass: 'second', statistics: bnStatistics === 'all' ? 'update' : 'keep' });
    restore();
    rule.apply(above.gradients, learningRate);
    return {
      ...climbed,
      lossesBefore: here.losses,
      lossesAfter: above.losses,
      keptExamples: objective.examples,
      sharpness: null,
      kept: null,
    };
  },
  dispose: rule.dispose,
});

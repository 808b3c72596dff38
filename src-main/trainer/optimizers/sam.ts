import type { SamConfig } from '../../../shared/runConfig.ts';
import { esam } from './esam.ts';
import type { Optimizer, Training, UpdateRule } from './objective.ts';

/**
 * SAM (Foret et al. 2020, Alg. 1): the rule, fed the gradient at θ + ρ·g/‖g‖₂. It is ESAM that perturbs every tensor and keeps
 * every example. Costs 2F + 2B.
 */
export const sam = (
  training: Training,
  rule: UpdateRule,
  settings: Pick<SamConfig, 'rho' | 'bnStatistics' | 'adaptive' | 'sharpnessBatch' | 'interval'>,
): Optimizer =>
  esam(
    training,
    rule,
    {
      ...settings,
      beta: 1,
      gamma: 1,
      perturbation: 'masked-norm',
      selection: 'sharpness',
      secondPass: 'reforward',
      maskDrawn: 'before-step',
      alwaysRank: false,
    },
    {
      uniform: () => 0,
      subset: () => {
        throw new Error('SAM keeps every example.');
      },
    },
  );

import type { SamConfig } from '../../../../shared/runConfig.ts';
import { alongGradient } from '../ascent/direction.ts';
import { everything } from '../ascent/moves.ts';
import type { Composition } from '../climb.ts';
import { descendAbove } from '../descent/descent.ts';
import { rising } from '../selection/rising.ts';
import type { Parts } from './parts.ts';

type SamSettings = Pick<SamConfig, 'rho' | 'bnStatistics'> & Partial<Pick<SamConfig, 'adaptive' | 'sharpnessBatch'>>;

/**
 * SAM (Foret et al. 2020, Alg. 1): the rule, fed the gradient at θ + ρ·g/‖g‖₂. Every tensor moves and every example is kept. Costs
 * 2F + 2B. The other methods are this one with another choice on an axis.
 */
export const sam = ({ training, rule, schedule, chances }: Parts, settings: SamSettings): Composition => ({
  schedule,
  direction: alongGradient,
  moves: everything,
  examples: rising(training, { ...keepingAll, bnStatistics: settings.bnStatistics }, chances.subset),
  descent: descendAbove(rule),
  radiusAt: () => settings.rho,
  norm: 'moved',
  isAdaptive: settings.adaptive ?? false,
  partSize: settings.sharpnessBatch ?? null,
});

const keepingAll = { gamma: 1, selection: 'sharpness', secondPass: 'reforward', alwaysRank: false } as const;

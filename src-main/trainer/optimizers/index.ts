import type { OptimizerConfig } from '../../../shared/runConfig.ts';
import { esam, type EsamDraws } from './esam.ts';
import type { Optimizer, Training } from './objective.ts';
import { ruleOf } from './rules/index.ts';
import { sam } from './sam.ts';
import { sgd } from './sgd.ts';

export type { EsamDraws } from './esam.ts';
export type { Memory, Objective, Optimizer, PhaseClock, StepReport, Training, UpdateRule } from './objective.ts';
export { addShare, type Gradients } from './gradients.ts';
export { learningRateAt } from './schedules.ts';

/** The optimizer that a configuration names, working on the given training state. */
export const optimizerOf = (training: Training, config: OptimizerConfig, draws: EsamDraws): Optimizer => {
  const rule = ruleOf(training, config);
  switch (config.name) {
    case 'sgd':
      return sgd(rule);
    case 'sam':
      return sam(training, rule, config);
    case 'esam':
      return esam(training, rule, config, draws);
  }
};

import type { OptimizerConfig } from '../../../shared/runConfig.ts';
import { climbing, type Composition } from './climb.ts';
import { composed } from './methods/composed.ts';
import { esam } from './methods/esam.ts';
import { friendly } from './methods/friendly.ts';
import { gsam } from './methods/gsam.ts';
import { kSam } from './methods/kSam.ts';
import { lookSam } from './methods/lookSam.ts';
import { momentumSam } from './methods/momentumSam.ts';
import type { Parts } from './methods/parts.ts';
import { sam } from './methods/sam.ts';
import { samOn } from './methods/samOn.ts';
import { sgd } from './methods/sgd.ts';
import { vasso } from './methods/vasso.ts';
import { wsam } from './methods/wsam.ts';
import type { Chances, Optimizer, OptimizerContext } from './objective.ts';
import { ruleOf } from './rules/index.ts';
import { scheduleOf } from './schedule/index.ts';

export type {
  Chances,
  Memory,
  Objective,
  Optimizer,
  PhaseClock,
  RunExtent,
  StepReport,
  OptimizerContext,
} from './objective.ts';
export { addShare, type Gradients } from './gradients.ts';
export { learningRateAt } from './learningRate.ts';

/** The optimizer that a configuration names, working on the given training state. */
export const optimizerOf = (training: OptimizerContext, config: OptimizerConfig, chances: Chances): Optimizer => {
  const rule = ruleOf(training, config);
  if (config.name === 'sgd') return sgd(rule);
  const parts = { training, rule, schedule: scheduleOf(config, training.extent, chances), chances };
  if (config.name === 'momentum-sam') return momentumSam(parts, config);
  if (config.name === 'composed') return composed(parts, config);
  return climbing(training, rule, compositionOf(parts, config));
};

const compositionOf = (
  parts: Parts,
  config: Exclude<OptimizerConfig, { name: 'sgd' | 'momentum-sam' | 'composed' }>,
): Composition => {
  switch (config.name) {
    case 'sam':
      return sam(parts, config);
    case 'esam':
      return esam(parts, config);
    case 'looksam':
      return lookSam(parts, config);
    case 'friendly':
      return friendly(parts, config);
    case 'vasso':
      return vasso(parts, config);
    case 'gsam':
      return gsam(parts, config);
    case 'wsam':
      return wsam(parts, config);
    case 'sam-on':
      return samOn(parts, config);
    case 'k-sam':
      return kSam(parts, config);
  }
};

import type { ConfigOf } from '../../../shared/methods/index.ts';
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
import { scheduleOf, type Scheduled } from './schedule/index.ts';

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

type Unscheduled = Omit<Parts, 'schedule'>;
type MakeOptimizer<Config> = (parts: Unscheduled, config: Config) => Optimizer;

/** Of a method whose steps climb when its schedule says so. */
const scheduled =
  <Config>(make: (parts: Parts, config: Config) => Optimizer): MakeOptimizer<Config & Scheduled> =>
  (parts, config) =>
    make({ ...parts, schedule: scheduleOf(config, parts.training.extent, parts.chances) }, config);

/** Of a method that is a choice on each axis. */
const climber = <Config>(compositionOf: (parts: Parts, config: Config) => Composition) =>
  scheduled<Config>((parts, config) => climbing(parts.training, parts.rule, compositionOf(parts, config)));

/** What computes each method of shared/methods; none is given another's configuration. */
const methods: { readonly [Name in OptimizerConfig['name']]: MakeOptimizer<ConfigOf<Name>> } = {
  sgd: ({ rule }) => sgd(rule),
  sam: climber(sam),
  esam: climber(esam),
  looksam: climber(lookSam),
  friendly: climber(friendly),
  vasso: climber(vasso),
  gsam: climber(gsam),
  wsam: climber(wsam),
  'momentum-sam': scheduled(momentumSam),
  'sam-on': climber(samOn),
  'k-sam': climber(kSam),
  composed: scheduled(composed),
};

/** The optimizer that a configuration names, working on the given training state. */
export const optimizerOf = (training: OptimizerContext, config: OptimizerConfig, chances: Chances): Optimizer => {
  const parts = { training, rule: ruleOf(training, config), chances };
  return (methods[config.name] as MakeOptimizer<OptimizerConfig>)(parts, config);
};

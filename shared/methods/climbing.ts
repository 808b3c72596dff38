import { z } from 'zod';
import { senselessRule, type Senseless } from './combinations.ts';
import { movingAll, type PhaseUnits } from './method.ts';
import type { RuleConfig } from '../rules/index.ts';
import { baseRule, defaultRule, plainRule } from './rule.ts';
import { setting } from '../settings/setting.ts';
import { sgdUnits } from './sgd.ts';
import {
  averaged,
  climbingTimes,
  everyStep,
  mostAveraged,
  senselessTimes,
  unpublishedTimes,
  type WhenConfig,
} from './when.ts';

/** A method that climbs, without any of the variations that later work made of it. */
export const plainClimb = { ...plainRule, interval: 1, when: everyStep } as const;

/** The settings of every method that climbs. */
export const climbingSettings = {
  ...baseRule,
  rho: setting(z.number().min(0).max(1e6), { label: 'rho', symbol: 'ρ', help: 'Radius of the perturbation.' }),
  bnStatistics: setting(z.enum(['first', 'all', 'last']), {
    label: 'BatchNorm statistics',
    help: 'Which passes of a step move BatchNorm’s running statistics.',
    texts: { first: 'first pass', all: 'all passes', last: 'last pass' },
  }),
  ...climbingTimes,
};

export const defaultClimb = { ...defaultRule, ...plainClimb, rho: 0.05, bnStatistics: 'first' } as const;

interface ClimbConfig {
  readonly rule: RuleConfig;
  readonly nesterov: boolean;
  readonly interval: number;
  readonly when: WhenConfig;
  readonly bnStatistics: string;
  readonly sharpnessBatch?: number | null;
}

/** Of the settings of every method that climbs. */
export const senselessClimb = (config: ClimbConfig): (Senseless | null)[] => [
  senselessRule(config),
  ...senselessTimes(config),
];

/** Of a step that climbs as SAM does: both passes of the whole batch. */
export const samUnits: PhaseUnits = { ...sgdUnits, forward2: 1, backward2: 2 };

/** What is known of a method whose steps climb with all tensors at the given cost and are SGD's else, as its authors published it for every step. */
export const climber = <Config extends ClimbConfig>(unitsOf: (config: Config) => PhaseUnits) => ({
  phaseUnits(config: Config, epochs: number): PhaseUnits | null {
    return averaged(unitsOf(config), sgdUnits, config, epochs);
  },
  mostPhaseUnits(config: Config, epochs: number): PhaseUnits {
    return mostAveraged(unitsOf(config), sgdUnits, config, epochs);
  },
  experimental(config: Config): string | null {
    return unpublishedTimes(config);
  },
  ...movingAll,
});

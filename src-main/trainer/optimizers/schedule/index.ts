import type { WhenConfig } from '../../../../shared/runConfig.ts';
import type { Chances, RunExtent } from '../objective.ts';
import { everyNth } from './everyNth.ts';
import { byGradientNorm } from './gradientNorm.ts';
import { late } from './late.ts';
import { atRandom } from './random.ts';
import type { Schedule } from './schedule.ts';

export type { Schedule } from './schedule.ts';

/** The settings of when a method climbs. */
export interface Scheduled {
  readonly when: WhenConfig;
  readonly interval: number;
}

/** When a configuration's method climbs. */
export const scheduleOf = ({ when, interval }: Scheduled, extent: RunExtent, { schedule }: Chances): Schedule => {
  switch (when.name) {
    case 'every':
      return everyNth(interval);
    case 'random':
      return atRandom(when.probability, schedule);
    case 'gradient-norm':
      return byGradientNorm(when, extent.epochs * extent.stepsPerEpoch);
    case 'late':
      return late(when.share, extent);
  }
};

import { z } from 'zod';
import { partOf } from '../decimals.ts';
import { phases } from '../metrics.ts';
import { named, setting } from '../settings/setting.ts';
import type { Senseless } from './combinations.ts';
import type { PhaseUnits } from './method.ts';

/** When a method climbs. */
const whenSchema = setting(
  z.discriminatedUnion('name', [
    /** In the first of every `interval` steps. */
    z.strictObject({ name: named('every', 'every n-th step') }),
    z.strictObject({
      name: named('random', 'at random'),
      probability: setting(z.number().min(0).max(1).default(0.5), {
        label: 'probability',
        symbol: 'p',
        help: 'Share of the steps that climb, by chance (SS-SAM).',
      }),
    }),
    /** Where ‖g‖² is large: at least μ + c·σ of its moving mean and deviation, c going from λ₂ to λ₁ (AE-SAM). */
    z.strictObject({
      name: named('gradient-norm', 'by the gradient norm'),
      /** Of μ ← δμ + (1 − δ)‖g‖². */
      delta: setting(z.number().min(0).lt(1).default(0.9), {
        label: 'delta',
        symbol: 'δ',
        help: 'How slowly the mean and the deviation of ‖g‖² follow it (AE-SAM).',
      }),
      lambda1: setting(z.number().min(-100).max(100).default(-1), {
        label: 'lambda 1',
        symbol: 'λ₁',
        help: 'A step climbs where ‖g‖² is at least its mean and c of its deviations: this is c at the end of the run.',
      }),
      lambda2: setting(z.number().min(-100).max(100).default(1), {
        label: 'lambda 2',
        symbol: 'λ₂',
        help: 'The same c at the beginning of the run.',
      }),
    }),
    z.strictObject({
      name: named('late', 'in the last epochs'),
      share: setting(z.number().gt(0).max(1).default(0.05), {
        label: 'share of epochs',
        help: 'The last epochs of the run that climb, as a share of all.',
      }),
    }),
  ]),
  { label: 'climbs', help: 'In which steps the method climbs; the others are the base rule’s.' },
);
export type WhenConfig = z.infer<typeof whenSchema>;

export const everyStep: WhenConfig = { name: 'every' };

/** The settings of every method that climbs. */
export const climbingTimes = {
  interval: setting(z.number().int().min(1).max(1000).default(1), {
    label: 'perturb every',
    unit: 'steps',
    help: 'Perturb in every n-th step only; the others are the base rule’s.',
  }),
  when: whenSchema.default(everyStep),
};

interface Climbing {
  readonly interval: number;
  readonly when: WhenConfig;
}

/** n of "every n-th step" for whoever chooses that; a configuration that names none has 1. */
const chosenInterval = 5;

/** A method whose schedule was just chosen: n goes with "every n-th step" alone, where 1 would be every step. */
export const withChosenTimes = <Config extends object>(config: Config): Config => {
  if (!('when' in config && 'interval' in config)) return config;
  const { when, interval } = config as Config & Climbing;
  if (when.name !== 'every') return { ...config, interval: 1 };
  return interval === 1 ? { ...config, interval: chosenInterval } : config;
};

/** Whether the number of epochs decides when a method climbs, so that a longer run would have gone another way. */
export const looksAtEpochs = (config: object): boolean =>
  'when' in config && ['late', 'gradient-norm'].includes((config as Climbing).when.name);

/** What these settings make no sense with. */
export const senselessTimes = ({
  interval,
  when,
  bnStatistics,
  sharpnessBatch = null,
}: Climbing & { readonly bnStatistics: string; readonly sharpnessBatch?: number | null }): Senseless[] => {
  const reasons: Senseless[] = [];
  if (interval > 1 && when.name !== 'every') {
    const reason = 'every n-th step and another schedule exclude each other; set it to 1, or choose “every n-th step”';
    reasons.push({ path: ['interval'], reason });
  }
  if (when.name === 'gradient-norm' && bnStatistics === 'last') {
    const reason =
      'the gradient norm decides after the first pass whether there is a further one; choose the first pass, or all';
    reasons.push({ path: ['bnStatistics'], reason });
  }
  if (when.name === 'gradient-norm' && sharpnessBatch !== null) {
    const reason = 'the gradient norm is that of the whole batch; leave m empty, or choose another schedule';
    reasons.push({ path: ['sharpnessBatch'], reason });
  }
  return reasons;
};

/** Epochs in which a late method climbs: a share of them, rounded up. */
export const lateEpochs = (share: number, epochs: number): number => Math.ceil(partOf(share, epochs, 1));

/** Share of a run's steps that climb; null where the data decide. */
export const climbingShare = ({ interval, when }: Climbing, epochs: number): number | null => {
  switch (when.name) {
    case 'gradient-norm':
      return null;
    case 'random':
      return when.probability;
    case 'late':
      return lateEpochs(when.share, epochs) / epochs;
    case 'every':
      return 1 / interval;
  }
};

/** Units of a step on average: a share of the steps climb. @returns null where the data decide. */
export const averaged = (
  climbs: PhaseUnits,
  plain: PhaseUnits,
  config: Climbing,
  epochs: number,
): PhaseUnits | null => {
  const share = climbingShare(config, epochs);
  return share === null ? null : mixed(climbs, plain, share);
};

/** The most that they can be on average. */
export const mostAveraged = (climbs: PhaseUnits, plain: PhaseUnits, config: Climbing, epochs: number): PhaseUnits =>
  averaged(climbs, plain, config, epochs) ?? climbs;

const mixed = (climbs: PhaseUnits, plain: PhaseUnits, share: number): PhaseUnits => {
  const units = { ...climbs };
  for (const phase of phases) units[phase] = share * climbs[phase] + (1 - share) * plain[phase];
  return units;
};

/** Why a schedule is an experiment with a method whose authors climb in every step; null where it is none. */
export const unpublishedTimes = ({ interval, when }: Climbing): string | null =>
  interval === 1 && when.name === 'every' ? null : 'nobody has published this method with this schedule';

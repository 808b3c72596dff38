import type { ScheduleConfig } from '../../../shared/runConfig.ts';

const cosine = (progress: number): number => (1 + Math.cos(Math.PI * progress)) / 2;

/**
 * Learning rate of an epoch: a pure function, stepped once per epoch.
 * @param initial - η₀. @param epoch - counted from 1. @param epochs - E.
 */
export const learningRateAt = (schedule: ScheduleConfig, initial: number, epoch: number, epochs: number): number => {
  const elapsed = epoch - 1;
  switch (schedule.name) {
    case 'constant':
      return initial;
    case 'cosine':
      return initial * cosine(elapsed / epochs);
    case 'step':
      return initial * schedule.factor ** schedule.milestones.filter((milestone) => milestone <= elapsed).length;
    case 'warmup': {
      const { warmupEpochs } = schedule;
      if (elapsed < warmupEpochs) return (initial * (elapsed + 1)) / warmupEpochs;
      return initial * cosine((elapsed - warmupEpochs) / Math.max(1, epochs - warmupEpochs));
    }
  }
};

import type { TrainingEvent } from '../../shared/jobs/train.ts';
import { standstillMs } from './activeClock.ts';
import { logged } from './logged.ts';

/** Tells with each epoch how long the process has stood still since the last one was told, and so that between two with the second. */
export const standstillReports = (): ((epoch: number) => Generator<TrainingEvent>) => {
  let toldMs = standstillMs();
  return function* (epoch) {
    const ms = standstillMs() - toldMs;
    toldMs += ms;
    if (ms > 0) yield stoodStill(epoch, ms);
  };
};

const stoodStill = (epoch: number, ms: number): TrainingEvent =>
  logged(
    'warning',
    `In epoch ${epoch} the process stood still for ${(ms / 1000).toFixed(1)} s (stopped, frozen, or the machine slept): no training time, and in no speed.`,
  );

import { performance } from 'node:perf_hooks';
import type { TrainingEvent } from '../../shared/jobs/train.ts';
import type { StepMetrics } from '../../shared/metrics.ts';
import type { Progress } from './checkpoints/index.ts';
import { usageMeter } from './processUsage.ts';

/** Least milliseconds between two reports. */
const reportEveryMs = 250;

/** What a run tells between its epochs: how far it is, how fast, and its sampled steps since the last report. */
export const progressReports = () => {
  const usage = usageMeter();
  const speed = speedometer();
  let unreported: StepMetrics[] = [];
  let lastAt = performance.now();
  return {
    add(images: number, durationMs: number, sampled: StepMetrics | null): void {
      speed.add(images, durationMs);
      if (sampled !== null) unreported.push(sampled);
    },
    isDue: (): boolean => performance.now() - lastAt >= reportEveryMs,
    hasSteps: (): boolean => unreported.length > 0,
    take({ epoch, batchesDone }: Progress, epochSteps: number, activity: 'training' | 'evaluating'): TrainingEvent {
      const steps = unreported;
      unreported = [];
      lastAt = performance.now();
      const how = { epoch, epochStep: batchesDone, epochSteps, imagesPerSecond: speed.read(), activity };
      return { type: 'progress', ...how, usage: usage(), steps };
    },
    epochStarted(): void {
      speed.reset();
      lastAt = performance.now();
    },
  };
};

/** Images and milliseconds over about the last second. */
const speedometer = () => {
  let window: { readonly images: number; readonly ms: number }[] = [];
  return {
    add(images: number, ms: number): void {
      window.push({ images, ms });
      let total = window.reduce((sum, step) => sum + step.ms, 0);
      while (window.length > 1 && total - (window[0]?.ms ?? 0) > 1000) total -= window.shift()?.ms ?? 0;
    },
    read(): number | null {
      const total = window.reduce((sum, step) => sum + step.ms, 0);
      return total === 0 ? null : (1000 * window.reduce((sum, step) => sum + step.images, 0)) / total;
    },
    reset(): void {
      window = [];
    },
  };
};

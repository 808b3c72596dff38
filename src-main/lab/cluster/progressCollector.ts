import type { TrainingEvent } from '../../../shared/jobs/train.ts';

type Progress = Extract<TrainingEvent, { type: 'progress' }>;

const everyMs = 5000;
const mostSteps = 1000;

/** Takes a trainer's reports, four a second, together to one in five seconds: a shared disk is slow. No step is left out. */
export const progressCollector = (write: (event: Progress, nonFinite: string[]) => void) => {
  let waiting: { readonly event: Progress; readonly nonFinite: readonly string[] } | null = null;
  let lastAt = -Infinity;
  const flush = (): void => {
    if (waiting === null) return;
    const { event, nonFinite } = waiting;
    waiting = null;
    lastAt = performance.now();
    write(event, [...nonFinite]);
  };
  return {
    /** @param nonFinite - dotted paths such as "steps.0.lossBefore". */
    add: (event: Progress, nonFinite: readonly string[]): void => {
      const before = waiting?.event.steps ?? [];
      const moved = nonFinite.map((path) =>
        path.replace(/^steps\.(\d+)/, (_, index: string) => `steps.${Number(index) + before.length}`),
      );
      waiting = {
        event: { ...event, steps: [...before, ...event.steps] },
        nonFinite: [...(waiting?.nonFinite ?? []), ...moved],
      };
      if (waiting.event.steps.length >= mostSteps || performance.now() - lastAt >= everyMs) flush();
    },
    flush,
  };
};

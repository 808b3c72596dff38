import type { LabEvent } from '../../shared/labEvent.ts';

export type Progressed = Extract<LabEvent, { type: 'progressed' }>;

const intervalMs = 500;

/**
 * Passes progress on at most twice a second: each is drawn with the processor that the trainer needs. The steps of reports that were too close
 * together come with the next.
 */
export const progressThrottle = (emit: (event: Progressed) => void) => {
  let pending: Progressed | null = null;
  let timer: NodeJS.Timeout | null = null;
  let lastAt = -Infinity;
  const flush = (): void => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    if (pending === null) return;
    const event = pending;
    pending = null;
    lastAt = performance.now();
    emit(event);
  };
  return {
    push: (event: Progressed): void => {
      pending = { ...event, steps: [...(pending?.steps ?? []), ...event.steps] };
      timer ??= setTimeout(flush, Math.max(0, lastAt + intervalMs - performance.now()));
    },
    flush,
  };
};

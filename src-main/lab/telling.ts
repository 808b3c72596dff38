import type { LabEvent } from '../../shared/labEvent.ts';
import { packQueue } from '../../shared/queue.ts';

/** Of the thread's time at most, so that a queue of thousands, which is told whole, leaves most of it to others. */
const tellingShare = 0.1;
const mostTogether = 1000;

/** What of several events only the last need be told of; null where all count. */
const subjectOf = (event: LabEvent): string | null => {
  switch (event.type) {
    case 'progressed':
    case 'epochFinished':
    case 'logged':
      return null;
    case 'trainingBegan':
      return `beginning of run ${event.runId}`;
    case 'runChanged':
      return `run ${event.run.id}`;
    case 'analysisChanged':
      return `analysis ${event.analysis.id}`;
    default:
      return event.type;
  }
};

/** What goes on and on while a run trains, and waits for the next of its kind. */
const isRoutine = (event: LabEvent): boolean =>
  subjectOf(event) === null || (event.type === 'runChanged' && event.run.state === 'running');

/** As it travels. */
const packed = (event: LabEvent): unknown =>
  event.type === 'queueChanged' ? { ...event, queue: packQueue(event.queue) } : event;

/**
 * Tells a client what happens: at once after a calm, else together and not again before `everyMs` have passed, twice as long where a run just
 * goes on.
 */
export const eventTelling = (everyMs: number, post: (events: readonly unknown[]) => void) => {
  const untold = new Map<string, LabEvent>();
  let added = 0;
  let nextAt = -everyMs;
  let timer: NodeJS.Timeout | null = null;
  let dueAt = Infinity;
  const end = (): void => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    dueAt = Infinity;
  };
  const now = (): void => {
    end();
    if (untold.size === 0) return;
    const start = performance.now();
    const events = [...untold.values()].map(packed);
    untold.clear();
    post(events);
    const told = performance.now();
    nextAt = Math.max(start + everyMs, told + (told - start) / tellingShare);
  };
  return {
    add: (event: LabEvent): void => {
      const subject = subjectOf(event) ?? `event ${++added}`;
      untold.delete(subject); // told after what came since
      untold.set(subject, event);
      const [at, present] = [nextAt + (isRoutine(event) ? everyMs : 0), performance.now()];
      if (untold.size >= mostTogether || (everyMs === 0 && at <= present)) return now();
      if (at >= dueAt) return;
      end();
      dueAt = at;
      timer = setTimeout(now, Math.max(0, at - present));
    },
    /** What has happened until now, as before an answer. */
    now,
    end,
  };
};

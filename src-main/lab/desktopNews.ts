import type { LabEvent } from '../../shared/labEvent.ts';
import type { LabNotice } from '../../shared/controlProtocol.ts';
import { nameOfMethod } from '../../shared/method.ts';
import { percentText } from '../../shared/numberText.ts';
import { thisMachineId } from '../../shared/places.ts';
import type { RunState, RunSummary } from '../../shared/run.ts';

type Activity = Extract<LabNotice, { type: 'activity' }>;

const endings: Partial<Record<RunState, string>> = {
  finished: 'finished',
  diverged: 'diverged',
  failed: 'failed',
  interrupted: 'was interrupted',
};

/** Turns the lab's events into what the desktop shows: progress in the taskbar, and notifications of runs that ended. */
export const desktopNews = (tell: (notice: LabNotice) => void): ((event: LabEvent) => void) => {
  /** Begun, and their ends not yet told. */
  const open = new Set<number>();
  let running: readonly RunSummary[] = [];
  const tellActivity = (isBusy: boolean): void => {
    const here = running.find(({ place }) => place === thisMachineId) ?? null;
    const run = here ?? running[0] ?? null;
    tell({
      type: 'activity',
      training: here && trainingOf(here),
      isBusy,
      share: run && Math.min(1, run.epochsDone / run.config.epochs),
    });
  };
  return (event) => {
    if (event.type === 'queueChanged') {
      const { waiting, paused } = event.queue;
      running = event.queue.running;
      for (const { id } of running) open.add(id);
      tellActivity(running.length > 0 || (waiting.length > 0 && !paused));
    }
    if (event.type === 'runChanged') {
      const { run } = event;
      const others = running.filter(({ id }) => id !== run.id);
      if (run.state === 'running') {
        running = [...others, run];
        open.add(run.id);
        tellActivity(true);
      } else if (open.delete(run.id)) {
        running = others;
        const ending = endings[run.state];
        if (ending !== undefined)
          tell({
            ...{ type: 'runEnded', title: `Run ${String(run.id)} ${ending}`, text: textOf(run) },
            isGood: run.state === 'finished',
          });
      }
    }
  };
};

const nameOf = ({ experimentName, config }: RunSummary): string =>
  `${experimentName}: ${nameOfMethod(config.optimizer)}, seed ${String(config.seed)}`;

const trainingOf = (run: RunSummary): Activity['training'] => {
  const { epochs } = run.config;
  return { runId: run.id, name: nameOf(run), epoch: Math.min(run.epochsDone + 1, epochs), epochs };
};

const textOf = (run: RunSummary): string => {
  const name = nameOf(run);
  if (run.reason !== null) return `${name}. ${run.reason}`;
  return run.bestTestAccuracy === null ? name : `${name}, best ${percentText(run.bestTestAccuracy)} %`;
};

import type { LabEvent } from '../../shared/labEvent.ts';
import type { LabNotice } from '../../shared/controlProtocol.ts';
import { nameOfMethod } from '../../shared/method.ts';
import type { RunState, RunSummary } from '../../shared/run.ts';

const endings: Partial<Record<RunState, string>> = {
  finished: 'finished',
  diverged: 'diverged',
  failed: 'failed',
  interrupted: 'was interrupted',
};

/** Turns the lab's events into what the desktop shows: progress in the taskbar, and notifications of runs that ended. */
export const desktopNews = (tell: (notice: LabNotice) => void): ((event: LabEvent) => void) => {
  const open = new Set<number>();
  return (event) => {
    if (event.type === 'queueChanged') {
      const { running, waiting, paused } = event.queue;
      const [run] = running;
      const isBusy = run !== undefined || (waiting.length > 0 && !paused);
      for (const { id } of running) open.add(id);
      tell({ type: 'activity', isTraining: run !== undefined, isBusy, share: run === undefined ? null : shareOf(run) });
    }
    if (event.type === 'runChanged') {
      const { run } = event;
      if (run.state === 'running') {
        open.add(run.id);
        tell({ type: 'activity', isTraining: true, isBusy: true, share: shareOf(run) });
      } else if (open.delete(run.id)) {
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

const shareOf = (run: RunSummary): number => Math.min(1, run.epochsDone / run.config.epochs);

const textOf = (run: RunSummary): string => {
  const name = `${run.experimentName}: ${nameOfMethod(run.config.optimizer)}, seed ${String(run.config.seed)}`;
  if (run.reason !== null) return `${name}. ${run.reason}`;
  return run.bestTestAccuracy === null ? name : `${name}, best ${(100 * run.bestTestAccuracy).toFixed(2)} %`;
};

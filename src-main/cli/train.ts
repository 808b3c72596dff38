import type { LabEvent } from '../../shared/labApi.ts';
import type { RunId, RunSummary } from '../../shared/run.ts';
import type { Experiment } from '../../shared/runConfig.ts';
import type { Lab } from '../lab/service.ts';
import { exitCodes } from './exitCodes.ts';
import type { ExitCode } from './exitCodes.ts';
import { runReporter } from './runReporter.ts';
import { say } from './session.ts';

export interface Trained {
  readonly experimentId: number;
  readonly runs: readonly RunSummary[];
  readonly exitCode: ExitCode;
}

/** Queues an experiment, trains its runs and shows how far they are; Ctrl-C stops cleanly. */
export const trainExperiment = async (lab: Lab, experiment: Experiment): Promise<Trained> => {
  const watch = watchRuns(lab);
  try {
    const { experimentId, runIds } = await lab.enqueue(experiment);
    if (runIds.length === 0) say('Every run of this experiment has finished before.');
    return { experimentId, ...(await watch.until(runIds, () => cancelWaiting(lab, runIds))) };
  } finally {
    watch.end();
  }
};

/** Trains the runs that wait in the queue; Ctrl-C stops the current one and pauses the queue. */
export const trainQueue = async (lab: Lab): Promise<Omit<Trained, 'experimentId'>> => {
  const watch = watchRuns(lab);
  try {
    const { running, waiting } = await lab.queue({});
    const runIds = [...running, ...waiting].map(({ id }) => id);
    await lab.pauseQueue({ paused: false });
    return await watch.until(runIds, async () => {
      await lab.pauseQueue({ paused: true });
      say('The queue is paused; "esam-lab queue --run" goes on.');
    });
  } finally {
    watch.end();
  }
};

const cancelWaiting = async (lab: Lab, runIds: readonly RunId[]): Promise<void> => {
  const waiting = (await lab.queue({})).waiting.map(({ id }) => id).filter((id) => runIds.includes(id));
  if (waiting.length > 0) await lab.cancelRuns({ runIds: waiting });
};

const hasEnded = ({ state }: RunSummary): boolean => state !== 'queued' && state !== 'running';

/** Follows runs from before they are queued until they have ended. */
const watchRuns = (lab: Lab) => {
  const latest = new Map<RunId, RunSummary>();
  const reporter = runReporter();
  let watched: readonly RunId[] = [];
  let check = (): void => undefined;
  const follow = (event: LabEvent): void => {
    if (event.type === 'runChanged') latest.set(event.run.id, event.run);
    const runId = event.type === 'runChanged' ? event.run.id : 'runId' in event ? event.runId : null;
    const run = runId === null ? undefined : latest.get(runId);
    if (run !== undefined && watched.includes(run.id)) reporter.show(event, run, watched);
    check();
  };
  const stopListening = lab.onEvent(follow);

  /** Ends when all have ended. `holdRest` keeps the lab from starting the next one after an interruption. */
  const until = async (
    runIds: readonly RunId[],
    holdRest: () => Promise<void>,
  ): Promise<{ runs: RunSummary[]; exitCode: ExitCode }> => {
    watched = runIds;
    for (const run of await lab.runs({ experimentId: null })) {
      if (runIds.includes(run.id)) latest.set(run.id, run);
    }
    let interruptedBy: 'SIGINT' | 'SIGTERM' | null = null;
    const interrupt = (signal: 'SIGINT' | 'SIGTERM'): void => {
      if (interruptedBy !== null) process.exit(exitCodeOfSignal(signal)); // the second time, at once
      interruptedBy = signal;
      say('\nStopping the current run; once more ends it at once.');
      void stopAll(lab, runIds, holdRest).finally(() => check());
    };
    process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
    try {
      await new Promise<void>((resolve) => {
        check = () => {
          const runs = runIds.map((id) => latest.get(id));
          const isOver = runs.every(
            (run) => run !== undefined && (hasEnded(run) || (interruptedBy !== null && run.state === 'queued')),
          );
          if (isOver) resolve();
        };
        check();
      });
    } finally {
      process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
    }
    const runs = [...latest.values()].filter(({ id }) => runIds.includes(id));
    return { runs, exitCode: exitCodeOfRuns(runs, interruptedBy) };
  };
  const end = (): void => {
    stopListening();
    reporter.end();
  };
  return { until, end };
};

const stopAll = async (lab: Lab, runIds: readonly RunId[], holdRest: () => Promise<void>): Promise<void> => {
  await holdRest();
  const { running } = await lab.queue({});
  for (const { id } of running) {
    if (runIds.includes(id)) await lab.stopRun({ runId: id, when: 'now' });
  }
};

const exitCodeOfSignal = (signal: 'SIGINT' | 'SIGTERM'): ExitCode =>
  signal === 'SIGINT' ? exitCodes.interrupted : exitCodes.terminated;

const exitCodeOfRuns = (runs: readonly RunSummary[], interruptedBy: 'SIGINT' | 'SIGTERM' | null): ExitCode => {
  if (interruptedBy !== null) return exitCodeOfSignal(interruptedBy);
  return runs.every(({ state }) => state === 'finished') ? exitCodes.done : exitCodes.failed;
};

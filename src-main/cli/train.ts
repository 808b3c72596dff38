import { counted } from '../../shared/counted.ts';
import { inexactText } from '../../shared/environments.ts';
import type { LabEvent } from '../../shared/labEvent.ts';
import type { Queue } from '../../shared/queue.ts';
import type { RunId, RunSummary } from '../../shared/run.ts';
import type { Experiment } from '../../shared/experiment.ts';
import type { Lab } from '../lab/lab.ts';
import type { PlaceId } from '../../shared/places.ts';
import { armNames } from './armNames.ts';
import { exitCodes } from './exitCodes.ts';
import type { ExitCode } from './exitCodes.ts';
import { runReporter } from './runReporter.ts';
import { say } from './session.ts';
import { onSignals } from './signals.ts';
import { speedReporter } from './speedReporter.ts';

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
    return { experimentId, ...(await watch.until(runIds, () => cancelWaiting(lab, runIds))) };
  } finally {
    watch.end();
  }
};

/** Says of runs that cannot go on bit for bit why, before they do. */
export const sayInexact = async (lab: Lab, runIds: readonly RunId[], place?: PlaceId | null): Promise<void> => {
  const wanted = { runIds: [...runIds], ...(place !== undefined && { place }) };
  for (const { runId, differences } of await lab.inexactResumes(wanted)) {
    say(`Run ${runId}: ${inexactText(differences)}`);
  }
};

/** Goes on with runs from their last checkpoints; Ctrl-C stops cleanly. @param place - as `resumeRuns` takes it. */
export const trainResumed = async (
  lab: Lab,
  runIds: readonly RunId[],
  place?: PlaceId | null,
): Promise<Omit<Trained, 'experimentId'>> => {
  await sayInexact(lab, runIds, place);
  const watch = watchRuns(lab);
  try {
    await lab.resumeRuns({ runIds: [...runIds], ...(place !== undefined && { place }) });
    return await watch.until(runIds, () => cancelWaiting(lab, runIds));
  } finally {
    watch.end();
  }
};

/**
 * Trains the runs that wait in the queue; Ctrl-C stops the current one and pauses the queue.
 * @param only - these and no others; null: all of them.
 */
export const trainQueue = (lab: Lab, only: readonly RunId[] | null): Promise<Omit<Trained, 'experimentId'>> =>
  startQueue(lab, only, async () => {
    await lab.pauseQueue({ paused: true });
    say('The queue is paused; "esam-lab queue --run" goes on.');
  });

/** Has a lab that others use train what waits in its queue, as `trainQueue` does; Ctrl-C only ends the watching. */
export const followQueue = (lab: Lab, only: readonly RunId[] | null): Promise<Omit<Trained, 'experimentId'>> =>
  startQueue(lab, only, null);

const startQueue = async (
  lab: Lab,
  only: readonly RunId[] | null,
  holdRest: HoldRest,
): Promise<Omit<Trained, 'experimentId'>> => {
  const watch = watchRuns(lab);
  try {
    const { running, waiting } = await lab.queue({});
    const runIds = only ?? [...running, ...waiting].map(({ id }) => id);
    await (only === null ? lab.pauseQueue({ paused: false }) : lab.startRuns({ runIds: [...only] }));
    return await watch.until(runIds, holdRest);
  } finally {
    watch.end();
  }
};

/** Keeps a lab from starting the next run; null: what trains is not this command's to stop. */
type HoldRest = (() => Promise<void>) | null;

const cancelWaiting = async (lab: Lab, runIds: readonly RunId[]): Promise<void> => {
  // What a cluster has taken goes on without this command.
  const here = (await lab.queue({})).waiting.filter(({ job }) => job === null);
  const waiting = here.map(({ id }) => id).filter((id) => runIds.includes(id));
  if (waiting.length > 0) await lab.cancelRuns({ runIds: waiting });
};

const stopRunning = async (lab: Lab, runIds: readonly RunId[]): Promise<void> => {
  for (const { id, wantedPlace } of (await lab.queue({})).running) {
    if (runIds.includes(id) && wantedPlace === null) await lab.stopRun({ runId: id, when: 'now' });
  }
};

/** Follows runs from before they are queued until they have ended. */
const watchRuns = (lab: Lab) => {
  const latest = new Map<RunId, RunSummary>();
  const reporter = runReporter();
  const speedReport = speedReporter();
  let watched: readonly RunId[] = [];
  let names = { of: armNames([]), runs: 0 };
  /** "Run 2 of 6, SAM, seed 0": the method tells by what it differs where several of the runs have it. */
  const titleOf = ({ id, config }: RunSummary): string => {
    if (names.runs !== latest.size) {
      const known = watched.flatMap((runId) => latest.get(runId)?.config ?? []);
      names = { of: armNames(known), runs: latest.size };
    }
    return `Run ${watched.indexOf(id) + 1} of ${watched.length}, ${names.of(config)}, seed ${config.seed}`;
  };
  let onNews = (): void => undefined;
  let onHold = (_reason: string): void => undefined;
  let saidOfPlace: string | undefined;
  const stopListening = lab.onEvent((event) => {
    speedReport(event);
    if (event.type === 'runChanged') latest.set(event.run.id, event.run);
    const run = latest.get(runIdOf(event) ?? 0);
    if (run !== undefined && watched.includes(run.id)) reporter.show(event, run, titleOf(run));
    const hold = event.type === 'queueChanged' ? holdOf(event.queue) : undefined;
    if (event.type === 'queueChanged' && event.queue.placePreparing !== saidOfPlace) {
      saidOfPlace = event.queue.placePreparing;
      if (saidOfPlace !== undefined) say(saidOfPlace);
    }
    if (hold !== undefined) onHold(hold);
    onNews();
  });

  /**
   * Waits until all these have ended, or until they are stopped by a signal or by what stands in the queue's way.
   * @param holdRest - called before they are stopped; null: they go on, and are only watched no longer.
   */
  const until = async (runIds: readonly RunId[], holdRest: HoldRest): Promise<Omit<Trained, 'experimentId'>> => {
    const stopped: { exitCode: ExitCode | null; heldFor: string | null; isLeft: boolean } = {
      exitCode: null,
      heldFor: null,
      isLeft: false,
    };
    const stop = (exitCode: ExitCode, heldFor: string | null, text: string): void => {
      if (stopped.exitCode !== null) return;
      stopped.exitCode = exitCode;
      say(text);
      if (holdRest === null) {
        stopped.isLeft = true;
        return onNews();
      }
      void holdRest()
        .then(() => (heldFor === null ? stopRunning(lab, runIds) : undefined))
        .catch((error: unknown) => say(error instanceof Error ? error.message : String(error))) // it has just ended by itself
        .finally(() => {
          stopped.heldFor = heldFor;
          onNews();
        });
    };
    const endListening = onSignals(
      () => lab,
      (exitCode) => {
        if (stopped.exitCode !== null) process.exit(exitCode); // the second time, at once
        const isWatching = holdRest === null;
        stop(
          exitCode,
          null,
          isWatching ? `\n${leftToItsLab}` : '\nStopping the current run; once more ends it at once.',
        );
      },
    );
    // Signals are listened to before anything is told.
    watched = runIds;
    for (const run of await lab.runs({ experimentId: null })) latest.set(run.id, run);
    onHold = (reason) => stop(exitCodes.failed, reason, `The queue cannot go on: ${reason}`);
    const hold = holdOf(await lab.queue({}));
    if (hold !== undefined) onHold(hold);
    await new Promise<void>((resolve) => {
      onNews = () => {
        const goesOn = runIds
          .map((id) => latest.get(id))
          .some((run) =>
            stopped.exitCode === null || run?.wantedPlace === null
              ? run?.state === 'running' || (run?.state === 'queued' && stopped.exitCode === null)
              : false,
          );
        if (!goesOn || stopped.heldFor !== null || stopped.isLeft) resolve(); // nothing trains in a queue that is held
      };
      onNews();
    });
    endListening();
    const runs = runIds.flatMap((id) => latest.get(id) ?? []).map((run) => withEnd(run, stopped.heldFor));
    for (const { id, state, checkpointBytes } of runs) {
      const goesOn = (state === 'stopped' || state === 'interrupted') && checkpointBytes > 0;
      if (goesOn) say(`A checkpoint of run ${id} is kept; go on with: esam-lab run --resume ${id}`);
    }
    const elsewhere = runs.filter(({ endedAt, wantedPlace }) => endedAt === null && wantedPlace !== null);
    if (elsewhere.length > 0) say(leftText(elsewhere.length));
    const areFinished = runs.every(({ state }) => state === 'finished');
    return { runs, exitCode: stopped.exitCode ?? (areFinished ? exitCodes.done : exitCodes.failed) };
  };
  const end = (): void => {
    stopListening();
    reporter.end();
  };
  return { until, end };
};

const holdOf = ({ holdReason, placeProblem, running }: Queue): string | undefined =>
  holdReason ?? (running.length === 0 ? placeProblem : undefined);

const leftToItsLab =
  'This command has only watched: the queue goes on in the lab that has the workspace open. See "esam-lab queue".';

const leftText = (count: number): string =>
  `${counted(count, 'run')} ${count === 1 ? 'goes' : 'go'} on without this command; "esam-lab queue --run" follows, and stores what was measured meanwhile.`;

/** A run that the queue holds up for is interrupted even where the disk is too full to say so; the next start of the lab stores that. */
const withEnd = (run: RunSummary, heldFor: string | null): RunSummary =>
  heldFor !== null && run.state === 'running' ? { ...run, state: 'interrupted', reason: heldFor } : run;

const runIdOf = (event: LabEvent): RunId | null =>
  event.type === 'runChanged' ? event.run.id : 'runId' in event ? event.runId : null;

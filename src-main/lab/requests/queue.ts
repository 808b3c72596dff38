import { counted } from '../../../shared/counted.ts';
import { LabError } from '../../../shared/errors.ts';
import type { Requests } from '../../../shared/labApi.ts';
import type { queueApi } from '../../../shared/requests/queue.ts';
import type { LabEvent } from '../../../shared/labEvent.ts';
import { countText } from '../../../shared/numberText.ts';
import type { RunId, RunSummary } from '../../../shared/run.ts';
import { newExperimentSchema } from '../../../shared/experiment.ts';
import type { PlannedRun } from '../../../shared/queue.ts';
import { canonicalJson, groupConfigOf } from '../../../shared/runConfig.ts';
import type { Experiment } from '../../../shared/experiment.ts';
import type { Adding } from '../adding.ts';
import { checkExperiment } from '../checkExperiment.ts';
import type { Library } from '../datasets/index.ts';
import { eachPlanned, timesLeft } from '../plan.ts';
import { absentData, checkPresentData, onPresentData } from '../presentData.ts';
import type { RunQueue } from '../queue.ts';
import type { SpeedMeasurements } from '../speed.ts';
import { groupHash } from '../store/groupHash.ts';
import { toldSpeed } from '../statistics/speedRatio.ts';
import type { Store } from '../store/index.ts';
import { inTurns } from '../turns.ts';
import { answering, doing } from './answering.ts';

type QueueApi = Requests<typeof queueApi>;

export interface QueueRequestParts {
  readonly store: Store;
  readonly library: Library;
  readonly queue: RunQueue;
  readonly adding: Adding;
  /** Asks a run to end, wherever it trains. */
  readonly stop: (runId: RunId, when: 'now' | 'after-epoch') => void | Promise<void>;
  /** Sends runs back into a cluster's queue. */
  readonly requeue: (runIds: readonly RunId[]) => Promise<void>;
  /** Has places try again that took no runs. */
  readonly retry: () => void;
  readonly speeds: SpeedMeasurements;
  readonly builtIn: Promise<void>;
  /** Runs were put into the queue. */
  readonly added: (runIds: readonly RunId[]) => void;
  readonly emit: (event: LabEvent) => void;
}

/** Five of the largest experiments; years of training. */
const mostWaiting = 50_000;

/** Requests that make, order and end runs. */
export const queueRequests = ({
  store,
  library,
  queue,
  adding,
  stop,
  requeue,
  retry,
  speeds,
  builtIn,
  added,
  emit,
}: QueueRequestParts): QueueApi => {
  const { read, write } = store;

  const findDataset = (id: string) => library.list().find((dataset) => dataset.id === id) ?? null;
  const plan = async (experiment: Experiment): Promise<PlannedRun[]> => {
    await checkExperiment(experiment, library);
    const planned: PlannedRun[] = [];
    for await (const run of inTurns(eachPlanned(read, experiment, findDataset))) planned.push(run);
    return planned;
  };

  /** What is asked for once more of a study while it waits: its cells are filled once. */
  const withoutQueued = (planned: readonly PlannedRun[]): PlannedRun[] => {
    const { running, waiting } = queue.status();
    const queued = new Set([...running, ...waiting].map((run) => `${run.groupHash} ${run.config.seed}`));
    return planned.filter(({ config }) => !queued.has(`${groupHash(groupConfigOf(config))} ${config.seed}`));
  };

  const refuseTooMany = (added: number): void => {
    const waiting = read.runs.waitingCount();
    if (waiting + added <= mostWaiting) return;
    throw new LabError(
      'TOO_MANY',
      `${counted(waiting, 'run')} wait already; with these ${countText(added)} it would be more than the ${countText(mostWaiting)} that a queue takes. Train or cancel some first.`,
    );
  };

  const enqueue: QueueApi['enqueue'] = async (input) => {
    const { place = null, ...wished } = newExperimentSchema.parse(input);
    const experiment = await onPresentData(wished, library);
    const planned = await plan(experiment);
    const unfinished = planned.filter(({ finishedRunId }) => !experiment.skipFinished || finishedRunId === null);
    const wanted = experiment.study === undefined ? unfinished : withoutQueued(unfinished);
    // A study's small form that others have trained all of is kept without a run: it says what the study is made of here.
    const isSmallForm = experiment.study?.form === 'small';
    const known = isSmallForm && unfinished.length === 0 ? sameExperiment(read, experiment) : null;
    if (known !== null) return { experimentId: known, runIds: [] };
    if (wanted.length < unfinished.length && wanted.length === 0)
      throw new LabError(
        'CONFIG_INVALID',
        'Everything that is missing waits in the queue already, or trains now. Start the queue (esam-lab queue --run), or cancel these runs first.',
      );
    if (wanted.length === 0 && !isSmallForm)
      throw new LabError(
        'CONFIG_INVALID',
        'Every run of this experiment has finished already. Change a setting or a seed, or do not leave out finished runs.',
        { fields: [{ path: 'skipFinished', message: 'leaves out every run: all of them have finished already' }] },
      );
    refuseTooMany(wanted.length);
    const result = await adding.add(
      experiment,
      wanted.map(({ config }) => config),
      place,
    );
    added(result.runIds);
    return result;
  };

  /** Changes waiting runs, and tells of each. */
  const changing = async (runIds: readonly RunId[], change: () => void): Promise<Record<string, never>> => {
    change();
    queue.wake();
    for await (const id of inTurns(runIds)) tellRun(store, id, emit);
    return {};
  };

  return {
    plan: async (experiment) => {
      await builtIn;
      return plan(await onPresentData(experiment, library));
    },
    measureSpeed: async ({ experiment, limitMs }) => {
      await builtIn;
      const present = await onPresentData(experiment, library);
      await checkExperiment(present, library);
      return (await speeds.measure(present, limitMs)).map(toldSpeed);
    },
    cancelSpeed: async () => {
      await speeds.cancel();
      return {};
    },
    enqueue: async (input) => {
      await builtIn;
      return adding.inOrder(() => enqueue(input));
    },
    queue: answering(() => queue.status()),
    pauseQueue: doing(({ paused }) => {
      queue.setPaused(paused);
      if (paused) return;
      added(queue.status().waiting.map(({ id }) => id)); // also by a lab that trains its own runs alone
      retry();
    }),
    startRuns: doing(({ runIds }) => {
      for (const id of runIds) checkWaits(store, id);
      queue.holdOthers();
      added(runIds);
    }),
    queueEstimates: answering(() => {
      const { running, waiting } = queue.status();
      return timesLeft(read, [...running, ...waiting], findDataset);
    }),
    moveRuns: doing(({ runIds, beforeRunId }) => {
      write.move(runIds, beforeRunId);
      queue.wake();
    }),
    stopRun: async ({ runId, when }) => {
      await stop(runId, when);
      return {};
    },
    requeueRuns: async ({ runIds }) => {
      await requeue(runIds);
      return {};
    },
    cancelRuns: async ({ runIds }) => {
      const hasBegun = ({ state, startedAt }: RunSummary): boolean =>
        !['queued', 'cancelled'].includes(state) && startedAt !== null;
      const begun = new Set(
        read.runs
          .some(runIds)
          .filter(hasBegun)
          .map(({ id }) => id),
      );
      const waiting = runIds.filter((id) => !begun.has(id));
      const cancelled = waiting.length > 0 ? waiting : runIds;
      await changing(cancelled, () => write.cancel(cancelled));
      return { begun: [...begun] };
    },
    uncancelRuns: async ({ runIds, beforeRunId }) => {
      await builtIn;
      const cancelled = runIds.flatMap((id) => read.runs.one(id) ?? []).filter(({ state }) => state === 'cancelled');
      const absent = await absentData(
        cancelled.map(({ config }) => config),
        library,
      );
      const refusals = new Map(cancelled.map(({ id, config }) => [id, absent(config)]));
      const back = runIds.filter((id) => refusals.get(id) === undefined); // the store refuses those in other states
      if (back.length > 0) await changing(back, () => write.uncancel(back, beforeRunId));
      return { stays: stayingText([...refusals.values()].flatMap((refusal) => refusal?.message ?? [])) };
    },
    repeatRuns: async ({ runIds }) => {
      await builtIn;
      const runs = runIds.map((id) => endedRun(store, id));
      await checkPresentData(
        runs.map(({ config }) => config),
        library,
      );
      refuseTooMany(runs.length);
      const repeated = write.addRuns(runs);
      added(repeated);
      return { runIds: repeated };
    },
    deleteRuns: doing(({ runIds, deleted }) => {
      write.setDeleted(runIds, deleted);
      emit({ type: 'runsChanged' });
    }),
  };
};

/** The newest experiment of its study, where it is the same. */
const sameExperiment = (read: Store['read'], experiment: Experiment): number | null => {
  const ofStudy = read.experiments().filter((each) => each.experiment.study?.id === experiment.study?.id);
  const [newest] = ofStudy.filter(({ origin }) => origin === null).toSorted((a, b) => b.id - a.id);
  return newest !== undefined && canonicalJson(newest.experiment) === canonicalJson(experiment) ? newest.id : null;
};

/** @param reasons - one for each run that stays. */
const stayingText = (reasons: readonly string[]): string | null => {
  const [first, ...others] = new Set(reasons);
  if (first === undefined) return null;
  const more = others.length === 0 ? '' : ` The like holds for ${counted(others.length, 'other data set')}.`;
  return `${counted(reasons.length, 'run stays', 'runs stay')} out of the queue: ${first}${more}`;
};

const endedRun = ({ read }: Store, id: RunId): RunSummary => {
  const run = read.runs.one(id);
  if (run === null) throw new LabError('RUN_NOT_FOUND', `There is no run ${id} in this workspace.`);
  if (run.endedAt === null)
    throw new LabError('RUN_STATE', `Run ${id} is ${run.state}; only ended runs can be repeated.`);
  return run;
};

const checkWaits = ({ read }: Store, id: RunId): void => {
  const run = read.runs.one(id);
  if (run === null) throw new LabError('RUN_NOT_FOUND', `There is no run ${id} in this workspace.`);
  if (run.state !== 'queued')
    throw new LabError('RUN_STATE', `Run ${id} is ${run.state}; only runs that wait can be started.`);
};

const tellRun = ({ read }: Store, id: RunId, emit: (event: LabEvent) => void): void => {
  const run = read.runs.one(id);
  if (run !== null) emit({ type: 'runChanged', run });
};

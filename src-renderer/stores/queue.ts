import { defineStore } from 'pinia';
import { computed, shallowRef } from 'vue';
import { isTrainingHere as isAnyTrainingHere, type Queue } from '../../shared/queue.ts';
import type { LabEvent } from '../../shared/labEvent.ts';
import type { RunId } from '../../shared/run.ts';
import { useConnection } from '../connection.ts';
import { useProblems } from './problems.ts';

/** Running and waiting runs, as the lab last said. */
export const useQueue = defineStore('queue', () => {
  const { lab, onEvent } = useConnection();
  const problems = useProblems();
  const queue = shallowRef<Queue | null>(null);
  /** The measurement of speeds that is under way, as far as this page was told. */
  const measuring = shallowRef<Extract<LabEvent, { type: 'speedProgressed' }>['progress']>(null);

  const running = computed(() => queue.value?.running ?? []);
  const waiting = computed(() => queue.value?.waiting ?? []);
  const isTrainingHere = computed(() => isAnyTrainingHere({ running: running.value }));
  const isPaused = computed(() => queue.value?.paused ?? false);
  const holdReason = computed(() => queue.value?.holdReason ?? null);
  /** Why runs wait for a place: it does not take them, or something is being brought there. */
  const placeWait = computed(() => queue.value?.placeProblem ?? queue.value?.placePreparing ?? null);
  /** Runs that were left by a former start of the lab, and nobody has said yet that they may train. */
  const awaitingStart = computed((): ReadonlySet<RunId> => new Set(queue.value?.awaitingStart));
  /** All that may begin wait for the cluster, none for this machine. */
  const isElsewhere = computed(() => {
    const next = waiting.value.filter(({ id }) => !awaitingStart.value.has(id));
    return next.length > 0 && next.every((run) => run.wantedPlace !== null);
  });
  /** All that wait were. */
  const awaitsStart = computed(() => waiting.value.length > 0 && waiting.value.length === awaitingStart.value.size);

  /** A run that waits for this machine may begin as soon as nothing stands in its way. */
  const isAboutToStart = computed(
    () =>
      !isPaused.value &&
      holdReason.value === null &&
      !isElsewhere.value &&
      waiting.value.length > awaitingStart.value.size,
  );

  const reading = 'Read the queue';
  const failure = problems.failureOf(reading, () => queue.value !== null);
  const load = async (): Promise<void> => {
    queue.value = (await problems.attempt(reading, () => lab.queue({}))) ?? queue.value;
  };
  const pause = (paused: boolean): Promise<unknown> =>
    problems.attempt(paused ? 'Pause the queue' : 'Start the queue', () => lab.pauseQueue({ paused }));
  /** What else waits stays. */
  const start = (runIds: readonly RunId[]): Promise<unknown> =>
    problems.attempt('Start the runs', () => lab.startRuns({ runIds: [...runIds] }));
  const move = (runIds: readonly RunId[], beforeRunId: RunId | null): Promise<unknown> =>
    problems.attempt('Move in the queue', () => lab.moveRuns({ runIds: [...runIds], beforeRunId }));
  /** Which of them had begun already; null when refused. */
  const cancel = async (runIds: readonly RunId[]): Promise<readonly RunId[] | null> =>
    (await problems.attempt('Cancel in the queue', () => lab.cancelRuns({ runIds: [...runIds] })))?.begun ?? null;
  /** Which of them had to stay out and why, in words; null where none had to, and when refused. */
  const uncancel = async (runIds: readonly RunId[], beforeRunId: RunId | null): Promise<string | null> => {
    const back = () => lab.uncancelRuns({ runIds: [...runIds], beforeRunId });
    return (await problems.attempt('Put back into the queue', back))?.stays ?? null;
  };
  const stop = (runId: RunId, when: 'now' | 'after-epoch'): Promise<unknown> =>
    problems.attempt('Stop the run', () => lab.stopRun({ runId, when }));
  /** Back into the cluster's queue. */
  const requeue = (runIds: readonly RunId[]): Promise<unknown> =>
    problems.attempt('Send back into the cluster’s queue', () => lab.requeueRuns({ runIds: [...runIds] }));

  const skipMeasuring = (): Promise<unknown> => problems.attempt('Skip the measurement', () => lab.cancelSpeed({}));

  onEvent((event) => {
    if (event.type === 'queueChanged') queue.value = event.queue;
    if (event.type === 'speedProgressed') measuring.value = event.progress;
    if (event.type === 'runChanged' && queue.value) {
      const { run } = event;
      const replaced = (runs: Queue['running']): Queue['running'] =>
        runs.map((other) => (other.id === run.id ? run : other));
      queue.value = { ...queue.value, running: replaced(queue.value.running), waiting: replaced(queue.value.waiting) };
    }
  });

  return {
    ...{
      measuring,
      skipMeasuring,
      queue,
      running,
      waiting,
      isTrainingHere,
      isPaused,
      holdReason,
      placeWait,
      isElsewhere,
      awaitingStart,
      awaitsStart,
      isAboutToStart,
    },
    ...{ load, failure, pause, start, move, cancel, uncancel, stop, requeue },
  };
});

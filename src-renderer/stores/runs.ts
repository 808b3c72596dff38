import { useDebounceFn } from '@vueuse/core';
import { defineStore } from 'pinia';
import { shallowRef } from 'vue';
import { everyGroup } from '../../shared/result.ts';
import type { ResultsTable } from '../../shared/result.ts';
import type { ExperimentSummary, RunId, RunSummary } from '../../shared/run.ts';
import { useConnection } from '../connection.ts';
import { useProblems } from './problems.ts';

/** The history: all runs, and the lab's means over their groups. */
export const useRuns = defineStore('runs', () => {
  const { lab, onEvent } = useConnection();
  const problems = useProblems();
  const runs = shallowRef<readonly RunSummary[] | null>(null);
  const experiments = shallowRef<readonly ExperimentSummary[]>([]);
  const results = shallowRef<ResultsTable | null>(null);

  const load = async (): Promise<void> => {
    const read = await problems.attempt('Read the runs', () =>
      Promise.all([lab.runs({ experimentId: null }), lab.experiments({}), lab.results(everyGroup)]),
    );
    runs.value ??= [];
    if (read) [runs.value, experiments.value, results.value] = read;
  };
  const reload = useDebounceFn(load, 300, { maxWait: 1000 });

  const repeat = (runIds: RunId[]): Promise<{ runIds: RunId[] } | null> =>
    problems.attempt('Repeat the runs', () => lab.repeatRuns({ runIds }));

  /** Puts unfinished runs back into the queue; false when refused. */
  const resume = async (runIds: RunId[]): Promise<boolean> =>
    (await problems.attempt('Resume the runs', () => lab.resumeRuns({ runIds }))) !== null;

  /** Queues a new run that begins with a finished one's epochs; null when refused. */
  const extend = (runId: RunId, epochs: number): Promise<{ runId: RunId } | null> =>
    problems.attempt('Extend the run', () => lab.extendRun({ runId, epochs }));

  /** Moves ended runs to the trash or back; false when refused. */
  const setDeleted = async (runIds: RunId[], deleted: boolean): Promise<boolean> => {
    const done = await problems.attempt(deleted ? 'Delete the runs' : 'Restore the runs', () =>
      lab.deleteRuns({ runIds, deleted }),
    );
    if (done) await load();
    return done !== null;
  };

  /** Removes the runs in the trash for good; how many there were, null when refused. */
  const emptyTrash = async (): Promise<number | null> =>
    (await problems.attempt('Empty the trash', () => lab.emptyTrash({})))?.runCount ?? null;

  onEvent((event) => {
    if (event.type === 'runsChanged' || event.type === 'epochFinished') void reload();
    if (event.type === 'runChanged' && runs.value) {
      const { run } = event;
      const isKnown = runs.value.some((other) => other.id === run.id);
      runs.value = isKnown ? runs.value.map((other) => (other.id === run.id ? run : other)) : [...runs.value, run];
      if (run.endedAt !== null) void reload();
    }
  });

  return { runs, experiments, results, load, repeat, resume, extend, setDeleted, emptyTrash };
});

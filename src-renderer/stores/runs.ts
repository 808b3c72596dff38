import { useDebounceFn } from '@vueuse/core';
import { defineStore } from 'pinia';
import { shallowRef } from 'vue';
import type { GroupMeans } from '../../shared/result.ts';
import type { LabOutput } from '../../shared/labApi.ts';
import type { PlaceId } from '../../shared/places.ts';
import type { ExperimentSummary, RunId, RunSummary } from '../../shared/run.ts';
import { useConnection } from '../connection.ts';
import { useProblems } from './problems.ts';

type InexactResumes = LabOutput<'inexactResumes'>;

const byHash = (means: readonly GroupMeans[]): ReadonlyMap<string, GroupMeans> =>
  new Map(means.map((each) => [each.groupHash, each]));

const reading = 'Read the runs';
/** More than any window has room for. */
const groupsInSight = 100;

/** The history: all runs, and the lab's means over their groups. */
export const useRuns = defineStore('runs', () => {
  const { lab, onEvent } = useConnection();
  const problems = useProblems();
  const runs = shallowRef<readonly RunSummary[] | null>(null);
  /** Those of the newest groups, for a list that has not read all of them. */
  const newest = shallowRef<readonly RunSummary[]>([]);
  const trash = shallowRef<readonly RunSummary[]>([]);
  const experiments = shallowRef<readonly ExperimentSummary[]>([]);
  /** Of every group, by its hash. */
  const results = shallowRef<ReadonlyMap<string, GroupMeans>>(new Map());

  const loadNewest = async (): Promise<void> => {
    const found = await lab.newestRuns({ groups: groupsInSight });
    const groupHashes = [...new Set(found.map(({ groupHash }) => groupHash))];
    if (groupHashes.length > 0) results.value = byHash(await lab.groupMeans({ groupHashes }));
    newest.value = found;
  };
  const load = async (): Promise<void> => {
    if (runs.value === null) await problems.attempt(reading, loadNewest);
    const read = await problems.attempt(reading, () =>
      Promise.all([
        lab.runs({ experimentId: null }),
        lab.trash({}),
        lab.experiments({}),
        lab.groupMeans({ groupHashes: [] }),
      ]),
    );
    if (!read) return;
    results.value = byHash(read[3]);
    [runs.value, trash.value, experiments.value] = read;
    newest.value = [];
  };
  const failure = problems.failureOf(reading, () => runs.value !== null);
  const reload = useDebounceFn(load, 300, { maxWait: 1000 });

  /** A run has ended: its group has other means, its experiment another count. Nothing else is read again. */
  const loadEnded = async (groupHashes: string[]): Promise<void> => {
    const read = await problems.attempt('Read the results', () =>
      Promise.all([lab.experiments({}), lab.groupMeans({ groupHashes })]),
    );
    if (!read) return;
    experiments.value = read[0];
    results.value = new Map([...results.value, ...byHash(read[1])]);
  };
  const ended = new Set<string>();
  const readEnded = useDebounceFn(
    () => {
      const hashes = [...ended];
      ended.clear();
      return loadEnded(hashes);
    },
    300,
    { maxWait: 1000 },
  );

  const repeat = (runIds: RunId[]): Promise<{ runIds: RunId[] } | null> =>
    problems.attempt('Repeat the runs', () => lab.repeatRuns({ runIds }));

  /** Runs that would not go on bit for bit, and what to do with the user's answer; null while nobody is asked. */
  const inexact = shallowRef<{ readonly runs: InexactResumes; readonly answer: (goOn: boolean) => void } | null>(null);
  const isWanted = (runs: InexactResumes): boolean | Promise<boolean> =>
    runs.length === 0 ||
    new Promise((resolve) => {
      inexact.value?.answer(false);
      inexact.value = {
        runs,
        answer: (goOn) => {
          inexact.value = null;
          resolve(goOn);
        },
      };
    });

  /**
   * Puts unfinished runs back into the queue, once the user knows which of them cannot go on exactly; false when not.
   * @param where - they go on; null: on this machine; absent: where they were wanted.
   */
  const resume = async (runIds: RunId[], where?: PlaceId | null): Promise<boolean> =>
    (await problems.attempt('Resume the runs', async () => {
      const wanted = { runIds, ...(where !== undefined && { place: where }) };
      if (!(await isWanted(await lab.inexactResumes(wanted)))) return false;
      await lab.resumeRuns(wanted);
      return true;
    })) === true;

  /** Calls runs failed that were cut short; false when refused. */
  const markFailed = async (runIds: RunId[]): Promise<boolean> =>
    (await problems.attempt('Mark the runs as failed', () => lab.markFailed({ runIds }))) !== null;

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

  /** Removes the runs in the trash for good; what there was, null when refused. */
  const emptyTrash = (): Promise<LabOutput<'emptyTrash'> | null> =>
    problems.attempt('Empty the trash', () => lab.emptyTrash({}));

  onEvent((event) => {
    if (event.type === 'runsChanged' || (event.type === 'runChanged' && runs.value === null)) void reload();
    if (event.type === 'runChanged' && runs.value) {
      const { run } = event;
      const known = runs.value.findIndex((other) => other.id === run.id);
      runs.value = known === -1 ? [...runs.value, run] : runs.value.with(known, run);
      if (run.endedAt === null) return;
      ended.add(run.groupHash);
      void readEnded();
    }
  });

  return {
    runs,
    newest,
    trash,
    experiments,
    results,
    load,
    failure,
    repeat,
    inexact,
    resume,
    markFailed,
    extend,
    setDeleted,
    emptyTrash,
  };
});

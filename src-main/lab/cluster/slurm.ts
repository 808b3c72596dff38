import { LabError } from '../../../shared/errors.ts';
import { groupedBy } from '../../../shared/groupedBy.ts';
import type { SlurmSettings } from '../../../shared/places.ts';
import { CommandFailed } from './runCommand.ts';
import type { RunCommand } from './runCommand.ts';
import { taskList, tasksIn } from './taskList.ts';
import { secondsOf } from './timeLimit.ts';

/** What Slurm says of a task. */
export interface TaskSight {
  readonly state: string;
  readonly reason: string | null;
  readonly node: string | null;
}

export interface SubmissionOrder {
  readonly script: string;
  /** The submission is found by it where Slurm's answer was lost. */
  readonly name: string;
  readonly folder: string;
  readonly outputPattern: string;
  readonly taskCount: number;
  /** Begins when that one is over. */
  readonly after: string | null;
  /** It is told before its time limit, so that it can keep what it has. */
  readonly isWarned: boolean;
  readonly settings: SlurmSettings;
}

/** A job that is to end. */
export interface NamedTask {
  /** Such as "12_3", or "12" for a whole array. */
  readonly id: string;
  /** Under which it was submitted. */
  readonly name: string;
}

const saidBy = (error: unknown): string => (error instanceof Error ? error.message : String(error));
const isUnknownJob = (error: unknown): boolean => saidBy(error).includes('Invalid job id');
const unavailable = (error: unknown): LabError =>
  new LabError(
    'PLACE_UNAVAILABLE',
    `Slurm does not answer: ${saidBy(error)}. Its commands (sbatch, squeue, scancel) must work where the lab runs, or on the host of the place ("esam-lab places"); the lab tries again.`,
    { cause: error },
  );
const isAway = (error: unknown): boolean =>
  (error instanceof CommandFailed && error.isUnanswered) ||
  /contact slurm controller|timed out|Connection refused/i.test(saidBy(error));

/** Slurm's own commands. */
export const slurmCommands = (run: RunCommand) => ({
  /** @throws LabError PLACE_UNAVAILABLE */
  version: async (): Promise<string> => {
    try {
      return (await run('sbatch', ['--version'])).trim().split('\n').at(-1) ?? '';
    } catch (error) {
      throw unavailable(error);
    }
  },
  /** Of one array. */
  mostTasks: async (): Promise<number> => {
    const config = await run('scontrol', ['show', 'config']).catch(() => '');
    const size = Number(/^MaxArraySize\s*=\s*(\d+)/m.exec(config)?.[1] ?? 1001);
    return Math.max(1, size - 1);
  },
  /**
   * @returns what Slurm calls the array.
   * @throws LabError PLACE_REFUSED with Slurm's words, or PLACE_UNAVAILABLE.
   */
  submit: async (order: SubmissionOrder): Promise<string> => {
    try {
      const said = await run('sbatch', submissionArguments(order));
      // A login shell may have said something before.
      const [, number] = /^(\d+)(?:;.*)?$/m.exec(said) ?? [];
      if (number === undefined) throw new Error(`it answered "${said.trim()}" instead of the number of a job`);
      return number;
    } catch (error) {
      if (isAway(error)) throw unavailable(error);
      throw new LabError(
        'PLACE_REFUSED',
        `Slurm does not take the jobs: ${saidBy(error)}. Change the settings of the place ("esam-lab places --help"), then start the queue again.`,
        { cause: error },
      );
    }
  },
  /** The array that was submitted under a name; null: Slurm knows none. */
  find: async (name: string): Promise<string | null> => {
    try {
      const found = await run('squeue', ['--noheader', `--name=${name}`, '--states=all', '--format=%F']);
      return /^\d+/m.exec(found)?.[0] ?? null;
    } catch (error) {
      throw unavailable(error);
    }
  },
  /** The same, of what Slurm has forgotten but its accounting has not; null also where a cluster keeps none. */
  findEnded: async (name: string): Promise<string | null> => {
    const args = ['--noheader', '--parsable2', '--allocations', `--name=${name}`, '--starttime=now-90days'];
    const found = await run('sacct', [...args, '--format=JobID']).catch(() => '');
    return /^\d+/m.exec(found)?.[0] ?? null;
  },
  /** Of all tasks of these arrays that Slurm still knows, by "<array>_<task>". @throws LabError PLACE_UNAVAILABLE */
  sights: async (arrays: readonly string[]): Promise<ReadonlyMap<string, TaskSight>> => {
    const args = ['--noheader', '--states=all', '--format=%F|%K|%T|%r|%N', `--jobs=${arrays.join(',')}`];
    try {
      return sightsIn(await run('squeue', args));
    } catch (error) {
      if (isUnknownJob(error)) return new Map(); // all of them ended long ago
      throw unavailable(error);
    }
  },
  /**
   * Jobs that are no more are no error. One of another name is none of the lab's, whatever the workspace says that came from somebody else: it is
   * left alone.
   */
  cancel: async (tasks: readonly NamedTask[]): Promise<void> => {
    const arrays = groupedBy(tasks, ({ id }) => arrayOf(id));
    const names = await namesOf(run, [...arrays.keys()]);
    const named = [...arrays].flatMap(([array, all]) => {
      const own = all.filter(({ name }) => names.get(array) === name);
      return own.length === 0 ? [] : [arrayPart(array, own)];
    });
    for (let from = 0; from < named.length; from += mostAtOnce) {
      await run('scancel', named.slice(from, from + mostAtOnce)).catch((error: unknown) => {
        if (!isUnknownJob(error)) throw unavailable(error);
      });
    }
  },
});
export type SlurmCommands = ReturnType<typeof slurmCommands>;

/** Arrays of a thousand tasks each: what one command line holds. */
const mostAtOnce = 20;

const arrayOf = (id: string): string => id.split('_')[0] ?? id;

/** "12_[0-999]" for a thousand of "12_…", so that one question ends them all; "12" for the whole array. */
const arrayPart = (array: string, all: readonly NamedTask[]): string => {
  const tasks = all.flatMap(({ id }) => (id.includes('_') ? [Number(id.split('_')[1])] : []));
  return tasks.length < all.length ? array : `${array}_[${taskList(tasks)}]`;
};

/** What Slurm calls these arrays, as far as it knows them. @throws LabError PLACE_UNAVAILABLE */
const namesOf = async (run: RunCommand, arrays: readonly string[]): Promise<ReadonlyMap<string, string>> => {
  if (arrays.length === 0) return new Map();
  const args = ['--noheader', '--states=all', '--format=%F|%j', `--jobs=${arrays.join(',')}`];
  try {
    const lines = (await run('squeue', args)).split('\n').map((line) => line.trim().split('|'));
    return new Map(lines.flatMap(([array = '', name]) => (name === undefined ? [] : [[array, name] as const])));
  } catch (error) {
    if (isUnknownJob(error)) return new Map();
    throw unavailable(error);
  }
};

const submissionArguments = (order: SubmissionOrder): string[] => {
  const { script, name, folder, outputPattern, taskCount, after, isWarned, settings } = order;
  const { partition, account, timeLimit, cores, memory, gpus, options, atOnce, noticeS } = settings;
  const given = (option: string, value: string | number | null): string[] =>
    value === null ? [] : [`--${option}=${value}`];
  return [
    '--parsable',
    `--job-name=${name}`,
    `--chdir=${folder}`,
    `--array=0-${taskCount - 1}${atOnce === null ? '' : `%${atOnce}`}`,
    `--output=${outputPattern}`,
    '--open-mode=append',
    '--requeue',
    ...given('signal', isWarned ? `B:USR1@${noticeOf(noticeS, timeLimit)}` : null),
    ...given('partition', partition),
    ...given('account', account),
    ...given('time', timeLimit),
    ...given('cpus-per-task', cores),
    ...given('mem', memory),
    ...given('gres', gpus === 0 ? null : `gpu:${gpus}`),
    ...given('dependency', after === null ? null : `afterany:${after}`),
    ...options,
    script,
  ];
};

/** A notice as long as the job would have it go back as soon as it begins, for ever. A limit of 0 is none. */
const noticeOf = (noticeS: number, timeLimit: string | null): number => {
  const seconds = timeLimit === null ? 0 : secondsOf(timeLimit);
  return seconds === 0 ? noticeS : Math.min(noticeS, Math.floor(seconds / 2));
};

const textOf = (field: string | undefined): string | null => {
  const text = field?.trim() ?? '';
  return ['', 'None', '(null)', 'n/a', 'N/A'].includes(text) ? null : text;
};

/** Reads what squeue printed as `%F|%K|%T|%r|%N`. Tasks that wait share a line: their numbers are a list. */
export const sightsIn = (text: string): ReadonlyMap<string, TaskSight> => {
  const sights = new Map<string, TaskSight>();
  for (const line of text.split('\n')) {
    const [array = '', tasks = '', state = '', reason, node] = line.split('|');
    if (!/^\d+$/.test(array) || state === '') continue;
    const sight = { state, reason: textOf(reason), node: textOf(node) };
    for (const task of tasksIn(tasks)) sights.set(`${array}_${task}`, sight);
  }
  return sights;
};

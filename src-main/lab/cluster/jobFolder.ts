import { closeSync, existsSync, fstatSync, mkdirSync, readdirSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { datasetInfoSchema } from '../../../shared/dataset.ts';
import { checkpointFileSchema, runIdSchema } from '../../../shared/run.ts';
import { runConfigSchema } from '../../../shared/runConfig.ts';
import { openRegular, readRegular } from '../../files/readRegular.ts';

/**
 * What lab and job say to each other lies in files, for nothing else reaches from one to the other:
 *
 *     <submission>/job.sh                        what the cluster starts, once a task
 *                  number                        what the cluster calls the submission, as its tasks write when they begin
 *                  begun/<task>.<attempt>        an empty file for each time that a task began
 *                  tasks/<task>/assignment.json  what it is to train
 *                               stop             how the lab wants it to end
 *                               given/           checkpoints that it goes on from
 *                               output.txt       what it said besides
 *                               attempts/0001/   one folder for each time that it began, which nobody else writes to:
 *                                  spool.jsonl   its events
 *                                  checkpoints/
 *                  collected                     the tasks of which the lab needs nothing more, one a line. A day after the last, the submission goes
 */
export const jobFolderNames = {
  script: 'job.sh',
  number: 'number',
  begun: 'begun',
  tasks: 'tasks',
  assignment: 'assignment.json',
  stop: 'stop',
  given: 'given',
  output: 'output.txt',
  attempts: 'attempts',
  spool: 'spool.jsonl',
  checkpoints: 'checkpoints',
  collected: 'collected',
} as const;

export const assignmentSchema = z.strictObject({
  runId: runIdSchema,
  config: runConfigSchema,
  dataset: datasetInfoSchema,
  /** Where both sides see the data set. */
  datasetFolder: z.string(),
  /** The compiled TensorFlow binding; null for the other engines. */
  bindingPath: z.string().nullable(),
  labVersion: z.string(),
  checkpointEveryMs: z.number().min(0),
  /** To go on from, newest first; they lie in `given`. */
  given: z.array(checkpointFileSchema),
});
export type Assignment = z.infer<typeof assignmentSchema>;

export const stopSchema = z.discriminatedUnion('when', [
  z.strictObject({ when: z.enum(['now', 'after-epoch']) }),
  /** Back into the cluster's queue; for one attempt, as what is written here stays for those that follow. */
  z.strictObject({ when: z.literal('requeue'), attempt: z.number().int().min(1) }),
]);
export type StopWish = z.infer<typeof stopSchema>;

export const taskFolderOf = (submission: string, task: number): string =>
  join(submission, jobFolderNames.tasks, String(task));

/** Attempts are numbered from 1. */
export const attemptFolderOf = (taskFolder: string, attempt: number): string =>
  join(taskFolder, jobFolderNames.attempts, String(attempt).padStart(4, '0'));

export const spoolOf = (taskFolder: string, attempt: number): string =>
  join(attemptFolderOf(taskFolder, attempt), jobFolderNames.spool);

/** A cluster starts a task again some times, not ten thousand: a folder of another name is somebody's copy. */
const attemptName = /^\d{4}$/;

/** The newest attempt there is; 0: it never began. */
export const lastAttempt = (taskFolder: string): number => {
  try {
    const names = readdirSync(join(taskFolder, jobFolderNames.attempts));
    return Math.max(0, ...names.filter((name) => attemptName.test(name)).map(Number));
  } catch {
    return 0; // the folder comes with the first attempt
  }
};

/** Takes the next attempt's folder: whoever makes a folder has it alone, on every file system. @throws Error of the file system. */
export const claimAttempt = (taskFolder: string): number => {
  mkdirSync(join(taskFolder, jobFolderNames.attempts), { recursive: true });
  for (let attempt = lastAttempt(taskFolder) + 1; ; attempt++) {
    try {
      mkdirSync(attemptFolderOf(taskFolder, attempt));
      return attempt;
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    }
  }
};

/** A newer attempt of the same task has begun: the cluster took this one for dead. */
export const isSuperseded = (taskFolder: string, attempt: number): boolean =>
  existsSync(attemptFolderOf(taskFolder, attempt + 1));

/** How the lab wants a task to end; null: not at all, or what lies there is not whole yet. */
export const stopWishOf = (taskFolder: string): StopWish | null => {
  try {
    return stopSchema.parse(JSON.parse(readRegular(join(taskFolder, jobFolderNames.stop)).toString('utf8')));
  } catch {
    return null;
  }
};

/** What the cluster calls a submission, as its tasks have said themselves; null: none has begun, or the disk does not show it yet. */
export const numberIn = (submission: string): string | null => {
  try {
    return /^(\d+)\n/.exec(readRegular(join(submission, jobFolderNames.number)).toString('utf8'))?.[1] ?? null;
  } catch {
    return null;
  }
};

/** The folders of the tasks that have begun. */
export const begunIn = (submissions: ReadonlySet<string>): ReadonlySet<string> => {
  const begun = new Set<string>();
  for (const submission of submissions) {
    try {
      for (const name of readdirSync(join(submission, jobFolderNames.begun)))
        begun.add(taskFolderOf(submission, Number(name.split('.')[0])));
    } catch {
      // the disk is away: there is more to see when it is back
    }
  }
  return begun;
};

/** So much of the end of what a job's process printed is looked at. */
const lastWordsBytes = 4096;

/** The last lines that a job's process printed; empty where it printed nothing. */
export const lastWordsOf = (taskFolder: string): string => {
  try {
    const file = openRegular(join(taskFolder, jobFolderNames.output));
    try {
      const from = Math.max(0, fstatSync(file).size - lastWordsBytes);
      const bytes = Buffer.alloc(lastWordsBytes);
      const text = bytes.toString('utf8', 0, readSync(file, bytes, 0, lastWordsBytes, from));
      return text.trim().split('\n').slice(-3).join(' ').slice(-300);
    } finally {
      closeSync(file);
    }
  } catch {
    return '';
  }
};

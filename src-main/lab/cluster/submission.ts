import { randomUUID } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { CheckpointFile } from '../../../shared/run.ts';
import type { SlurmSettings } from '../../../shared/places.ts';
import { provide } from '../../files/provide.ts';
import { jobFolderNames, taskFolderOf } from './jobFolder.ts';
import type { Assignment } from './jobFolder.ts';
import { quoted } from './quoted.ts';
import type { SubmissionOrder } from './slurm.ts';

/** What a task is to train, and where the checkpoints lie that it goes on from. */
export interface Task {
  readonly assignment: Assignment;
  readonly given: readonly { readonly path: string; readonly checkpoint: CheckpointFile }[];
}

/** A lab that was killed before it heard the submission's number finds it there, however long ago its tasks have ended. */
const beginning = ({ setup }: SlurmSettings, folder: string): string => `#!/bin/bash
# Made by ESAM Lab, anew for every submission.
echo "$SLURM_ARRAY_JOB_ID" >${quoted(`${folder}/${jobFolderNames.number}`)}
${setup.join('\n')}
`;
/** One task of the job trains one run. The job becomes the trainer's process: signals to the job reach it. */
const trainingScript = (
  settings: SlurmSettings,
  folder: string,
  program: string,
): string => `${beginning(settings, folder)}
exec ${program} ${quoted(`${folder}/${jobFolderNames.tasks}`)}/"$SLURM_ARRAY_TASK_ID"
`;

/** Says what the trainer would find. */
export const probeScript = (
  settings: SlurmSettings,
  folder: string,
  program: string,
): string => `${beginning(settings, folder)}
${program} --probe
echo "exit code $?"
`;

/** A new submission's folder, not made yet. */
export const newSubmission = (folder: string): string => join(folder, `submission-${randomUUID()}`);

/** What Slurm shows of it, and finds it by. */
export const submissionName = (submission: string): string => `esam-lab-${submission.slice(-12)}`;

/** What a submission's tasks are started with. */
export interface Start {
  readonly settings: SlurmSettings;
  /** The command that starts the lab's program there. */
  readonly program: string;
  /** A path of this machine as the jobs know it. */
  readonly there: (path: string) => string;
  /** The array that is to be over before. */
  readonly after: string | null;
}

/**
 * Writes all that the tasks of a submission need.
 * @returns what Slurm is to be asked.
 * @throws Error of the file system.
 */
export const writeSubmission = async (
  folder: string,
  tasks: readonly Task[],
  start: Start,
): Promise<SubmissionOrder> => {
  mkdirSync(join(folder, jobFolderNames.begun), { recursive: true });
  for (const [task, what] of tasks.entries()) {
    writeTask(taskFolderOf(folder, task), what);
    if (task % 50 === 49) await setImmediate();
  }
  const script = trainingScript(start.settings, start.there(folder), start.program);
  return writeScript(folder, script, tasks.length, start);
};

/** Writes what the cluster is to start. @returns what it is to be asked. @throws Error of the file system. */
export const writeScript = (
  folder: string,
  text: string,
  taskCount: number,
  { settings, there, after }: Start,
): SubmissionOrder => {
  const script = join(folder, jobFolderNames.script);
  writeFileSync(script, text, { mode: 0o755 });
  const known = there(folder);
  return {
    ...{ script: there(script), folder: known, taskCount, after, isWarned: true, settings },
    name: submissionName(folder),
    outputPattern: `${known.replaceAll('%', '%%')}/${jobFolderNames.tasks}/%a/${jobFolderNames.output}`,
  };
};

const writeTask = (folder: string, { assignment, given }: Task): void => {
  const checkpoints = join(folder, jobFolderNames.given);
  mkdirSync(given.length > 0 ? checkpoints : folder, { recursive: true });
  for (const { path, checkpoint } of given) provide(path, join(checkpoints, checkpoint.fileName));
  writeFileSync(join(folder, jobFolderNames.assignment), JSON.stringify(assignment));
};

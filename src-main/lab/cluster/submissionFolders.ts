import { existsSync, lstatSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { readRegular } from '../../files/readRegular.ts';
import { remove } from '../../files/remove.ts';
import { removalOf } from '../../files/removals.ts';
import { appendOwn } from '../../files/writeOwn.ts';
import { jobFolderNames, taskFolderOf } from './jobFolder.ts';

/** So long what jobs printed can still be read, and an attempt that the cluster took for dead finds its folder. */
const keptMs = 24 * 3_600_000;

/**
 * Tells a submission's folder that the lab needs nothing of these tasks any more: all is stored, or nobody wants it. One write, however many
 * they are; the empty line before ends what a lab that was killed within a line has left.
 */
export const acknowledge = (submission: string, tasks: readonly number[]): void => {
  try {
    const lines = tasks.map((task) => `${task} collected\n`).join('');
    appendOwn(join(submission, jobFolderNames.collected), `\n${lines}`);
  } catch {
    // the disk is away: the folder stays
  }
};

/** The marks of all submissions that have one. */
export const marksIn = (folder: string): string[] => {
  const { name: ours } = removalOf('submission');
  const marks = listed(folder)
    .filter((each) => ours.test(each))
    .map((name) => join(folder, name, jobFolderNames.collected));
  return marks.filter((mark) => existsSync(mark));
};

/** Removes a submission that the cluster has not taken. */
export const removeSubmission = (submission: string): void =>
  void remove('submission', dirname(submission), basename(submission));

/**
 * Removes submissions all of whose tasks were acknowledged, the last of them a day ago. What the marks say holds without the database:
 * a folder that several workspaces share, or a workspace brought back from a backup, loses nothing that was not stored.
 * @param isNeeded - a submission that the store still follows.
 */
export const clearSubmissions = async (
  folder: string,
  isNeeded: (submission: string) => boolean,
  now = Date.now(),
): Promise<void> => {
  const { name: ours } = removalOf('submission');
  for (const name of listed(folder).filter((each) => ours.test(each))) {
    const submission = join(folder, name);
    if (isNeeded(submission)) continue;
    const at = acknowledgedAt(submission);
    if (at !== null && now - at > keptMs) remove('submission', folder, name);
    await setImmediate();
  }
};

/** When the last of its tasks was; null: not all of them are. */
const acknowledgedAt = (submission: string): number | null => {
  const tasks = listed(join(submission, jobFolderNames.tasks));
  if (tasks.length === 0) return null;
  const together = join(submission, jobFolderNames.collected);
  const done = new Set(linesOf(together).map((line) => /^(\d+) collected$/.exec(line)?.[1]));
  // Former labs gave each task a mark of its own.
  const markOf = (task: string): string =>
    done.has(task) ? together : join(taskFolderOf(submission, Number(task)), jobFolderNames.collected);
  try {
    return Math.max(...tasks.map((task) => lstatSync(markOf(task)).mtimeMs));
  } catch {
    return null;
  }
};

const linesOf = (path: string): string[] => {
  try {
    return readRegular(path).toString('utf8').split('\n');
  } catch {
    return []; // nothing was acknowledged yet
  }
};

const listed = (folder: string): string[] => {
  try {
    return readdirSync(folder);
  } catch {
    return []; // there is none yet, or the disk is away
  }
};

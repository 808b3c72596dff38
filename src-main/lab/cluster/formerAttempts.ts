import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { CheckpointFile } from '../../../shared/run.ts';
import { attemptFolderOf, jobFolderNames, spoolOf } from './jobFolder.ts';
import type { Assignment } from './jobFolder.ts';
import { allRecords, isEnd } from './spool.ts';

export interface KeptCheckpoint extends CheckpointFile {
  readonly path: string;
}

const before = (attempt: number): number[] => Array.from({ length: attempt - 1 }, (_, index) => index + 1);

/** Whether an attempt before this one came to the run's end: a cluster that lost its answer may start a task again. */
export const hasEnded = (taskFolder: string, attempt: number): boolean =>
  before(attempt).some((former) => allRecords(spoolOf(taskFolder, former)).some(isEnd));

/** The checkpoints that an attempt can go on from, newest first: those of the attempts before it, and those that it was given. */
export const goesOnFrom = (taskFolder: string, attempt: number, { given }: Assignment): KeptCheckpoint[] => {
  const own = before(attempt).flatMap((former) => {
    const folder = join(attemptFolderOf(taskFolder, former), jobFolderNames.checkpoints);
    return allRecords(spoolOf(taskFolder, former)).flatMap((record): KeptCheckpoint[] =>
      record.kind === 'event' && record.event.type === 'checkpointed'
        ? [{ ...record.event.checkpoint, path: join(folder, record.event.checkpoint.fileName) }]
        : [],
    );
  });
  const folder = join(taskFolder, jobFolderNames.given);
  const all = [...own, ...given.map((checkpoint) => ({ ...checkpoint, path: join(folder, checkpoint.fileName) }))];
  return all
    .filter(({ path }) => existsSync(path))
    .toSorted((one, other) => other.step - one.step || other.epoch - one.epoch);
};

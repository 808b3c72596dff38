import { rmSync } from 'node:fs';
import { basename } from 'node:path';
import { LabError } from '../../../shared/errors.ts';
import type { LogLine } from '../../../shared/run.ts';
import type { CheckpointPlan, TrainingEvent } from '../../../shared/trainerProtocol.ts';
import type { Run } from '../run.ts';
import { readCheckpoint } from './checkpoint.ts';
import { runStart, type Progress } from './progress.ts';

export const logged = (level: LogLine['level'], text: string): TrainingEvent => ({
  type: 'logged',
  line: { at: new Date().toISOString(), level, text },
});

/**
 * Puts a run where its newest whole checkpoint left it; yields `resumed` and what is to be said about damaged ones, which are removed.
 * @returns how far the run is: at its beginning where there is no checkpoint.
 */
export function* resume(run: Run, plan: CheckpointPlan): Generator<TrainingEvent, Progress> {
  const { resumeFrom } = plan;
  for (const [index, { path, sha256 }] of resumeFrom.entries()) {
    const found = tried(() => readCheckpoint(run, path, sha256));
    if (found instanceof LabError) {
      const next = index + 1 < resumeFrom.length ? 'The one before it is used.' : 'There is no other one.';
      yield logged('warning', `${found.message} ${next}`);
      rmSync(path, { force: true });
      continue;
    }
    const { epoch, batchesDone, step } = found;
    yield { type: 'resumed', epoch: epoch - 1, step };
    const where = batchesDone === 0 ? `after epoch ${epoch - 1}` : `in epoch ${epoch}`;
    yield logged('info', `Went on ${where}, after step ${step}, from the checkpoint ${basename(path)}.`);
    return found;
  }
  if (resumeFrom.length > 0) {
    yield { type: 'resumed', epoch: 0, step: 0 };
    yield logged('warning', 'No checkpoint could be read: the run begins again with its first epoch.');
  }
  return runStart();
}

const tried = (read: () => Progress): Progress | LabError => {
  try {
    return read();
  } catch (error) {
    if (error instanceof LabError && error.code === 'CHECKPOINT_DAMAGED') return error;
    throw error;
  }
};

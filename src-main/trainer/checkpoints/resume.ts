import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { LabError } from '../../../shared/errors.ts';
import type { CheckpointPlan, TrainingEvent } from '../../../shared/jobs/train.ts';
import { setAside } from '../../files/setAside.ts';
import { logged } from '../logged.ts';
import type { Run } from '../run.ts';
import { readCheckpoint } from './checkpoint.ts';
import { runStart, type Progress } from './progress.ts';

/**
 * Puts a run where its newest whole checkpoint left it; yields `resumed` and what is to be said about damaged ones, which are set aside.
 * @returns how far the run is: at its beginning where there is no checkpoint.
 * @throws LabError CHECKPOINT_DAMAGED where there are checkpoints and none of them is whole (no run begins again unasked), and what
 * `readCheckpoint` throws else.
 */
export function* resume(run: Run, plan: CheckpointPlan): Generator<TrainingEvent, Progress> {
  const { resumeFrom } = plan;
  const areAllMissing = resumeFrom.every(({ path }) => !existsSync(path));
  for (const [index, { path, sha256 }] of resumeFrom.entries()) {
    const found = tried(() => readCheckpoint(run, path, sha256));
    if (found instanceof LabError) {
      const next = index + 1 < resumeFrom.length ? 'The one before it is used.' : 'There is no other one.';
      yield logged('warning', `${found.message} ${next}`);
      setAside(path);
      continue;
    }
    const { epoch, batchesDone, step } = found;
    yield { type: 'resumed', epoch: epoch - 1, step };
    const where = batchesDone === 0 ? `after epoch ${epoch - 1}` : `in epoch ${epoch}`;
    yield logged('info', `Went on ${where}, after step ${step}, from the checkpoint ${basename(path)}.`);
    return found;
  }
  if (resumeFrom.length > 0) {
    throw new LabError(
      'CHECKPOINT_DAMAGED',
      areAllMissing
        ? 'The checkpoints of this run are missing in its folder, so it cannot go on. What it measured is kept. Put them back and resume ' +
            'it, or repeat the run to train it anew.'
        : 'None of the checkpoints of this run is whole, so it cannot go on. What it measured is kept, and the damaged files are set aside ' +
            'in its folder. Put a whole copy back and resume it, or repeat the run to train it anew.',
    );
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

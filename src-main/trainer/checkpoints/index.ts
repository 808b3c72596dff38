import type { CheckpointPlan, TrainingEvent } from '../../../shared/jobs/train.ts';
import { makeFolder } from '../../files/syncFolder.ts';
import type { Run } from '../run.ts';
import { checkpointName, writeCheckpoint } from './checkpoint.ts';
import type { Progress } from './progress.ts';
import { logged } from '../logged.ts';

export { epochStart, runStart, type Progress } from './progress.ts';
export { resume } from './resume.ts';

/** Writes a run's checkpoints. */
export interface Checkpointing {
  /** Whether the last one is so old that one is due even within an epoch. */
  isDue(): boolean;
  /**
   * Writes one, unless this very state was the last one written. A disk that takes none stops no training: that is said.
   * @param orderFrom - the shuffling stream's state before the present epoch's order was drawn.
   */
  save(progress: Progress, orderFrom: readonly number[]): Generator<TrainingEvent>;
}

/** @param resumedAt - the state that is on disk already. */
export const checkpointing = (run: Run, plan: CheckpointPlan | null, resumedAt: Progress): Checkpointing => {
  let lastAt = performance.now();
  let lastName = checkpointName(resumedAt);
  return {
    isDue: () => plan !== null && performance.now() - lastAt >= plan.everyMs,
    *save(progress, orderFrom) {
      if (plan === null || checkpointName(progress) === lastName) return;
      const { epoch, batchesDone, step } = progress;
      try {
        makeFolder(plan.folder);
        const written = writeCheckpoint(run, plan.folder, progress, orderFrom);
        lastName = written.fileName;
        yield { type: 'checkpointed', checkpoint: { epoch: epoch - 1, epochStep: batchesDone, step, ...written } };
      } catch (error) {
        if (!isFileError(error)) throw error;
        yield logged(
          'warning',
          `The checkpoint after step ${step} could not be written (${error.code}). Training goes on; a resume would begin at the ` +
            'checkpoint before it. Make room on the disk or check the folder.',
        );
      }
      lastAt = performance.now();
    },
  };
};

const isFileError = (error: unknown): error is Error & { code: string } =>
  error instanceof Error && 'syscall' in error && 'code' in error && typeof error.code === 'string';

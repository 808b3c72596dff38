import type { TrainInput } from '../../../shared/jobs/train.ts';
import type { RunSummary } from '../../../shared/run.ts';
import type { TrainerLauncher } from '../trainers.ts';

/** Where runs train: a machine, or what hands out machines. */
export interface Place {
  /** Kept with every run that began there, for ever. */
  readonly id: string;
  /** How many runs may be under way there at once. */
  readonly slots: number;
  /** How a trainer is started there. */
  readonly launcher: TrainerLauncher;
  /**
   * Waits until the run may begin there, and answers what its trainer needs.
   * @throws LabError ENGINE_* if the engine is not there (then the queue waits), any other if the run cannot start (then it fails).
   */
  prepare(run: RunSummary): Promise<TrainInput>;
}

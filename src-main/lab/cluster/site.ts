import type { Assignment } from './jobFolder.ts';

/** What a job finds where it runs. */
export interface Site {
  /** The folder of all submissions, where the lab reads and writes it. */
  folder(): string;
  /** A path in it, as jobs and Slurm know it. */
  there(path: string): string;
  /** Runs train with what this machine has: its data sets, its engine. */
  readonly usesEngineHere: boolean;
  /** Brings the lab's own program there. @returns the command that starts it, for a shell. @throws LabError PLACE_* */
  program(): Promise<string>;
  /** Brings there what a run needs besides. @returns what its job is told. @throws LabError PLACE_*, or DATASET_* where it cannot go there. */
  equip(assignment: Assignment): Promise<Assignment>;
  /** Brings there submissions, or files of theirs as they are now. @throws LabError PLACE_UNAVAILABLE */
  send(paths: readonly string[]): Promise<void>;
  /** Brings here what the tasks of submissions have written. @throws LabError PLACE_UNAVAILABLE */
  fetch(submissions: readonly string[]): Promise<void>;
  /** Removes a submission that the cluster has not taken. @throws LabError PLACE_* */
  remove(submission: string): Promise<void>;
  /** Removes what nobody needs any more; called when that was done here. @throws LabError PLACE_UNAVAILABLE */
  clear(): Promise<void>;
}

import { counted } from '../../../shared/counted.ts';
import { countText } from '../../../shared/numberText.ts';
import type { RunSummary } from '../../../shared/run.ts';
import type { LiveJob } from '../store/clusterJobs.ts';
import type { FollowedTask } from './followedTask.ts';

/** Slurm's words for jobs that will do nothing more. */
const overStates = [
  ...['COMPLETED', 'FAILED', 'CANCELLED', 'TIMEOUT', 'NODE_FAIL', 'PREEMPTED', 'OUT_OF_MEMORY', 'BOOT_FAIL'],
  ...['DEADLINE', 'REVOKED'],
] as const;
export const isOver = (state: string): boolean => overStates.some((each) => each === state);

/** Its words for jobs that have not begun, or are to begin again. */
const waitingStates: readonly string[] = ['PENDING', 'REQUEUED', 'REQUEUE_FED', 'REQUEUE_HOLD', 'SPECIAL_EXIT'];
export const isWaiting = (state: string): boolean => waitingStates.includes(state);

/** Ends that are the cluster's doing, not the run's: the same job would have gone on. */
const interrupting: readonly string[] = ['TIMEOUT', 'NODE_FAIL', 'PREEMPTED', 'BOOT_FAIL', 'DEADLINE'];

const inWords: Readonly<Record<string, string>> = {
  COMPLETED: 'its job ended',
  FAILED: 'its job failed',
  CANCELLED: 'its job was cancelled on the cluster, not by this lab',
  TIMEOUT: 'its job came to its time limit',
  NODE_FAIL: 'the node of its job failed',
  PREEMPTED: 'its job had to make room for another one',
  OUT_OF_MEMORY: 'its job ran out of memory; ask for more in the settings of the place',
  BOOT_FAIL: 'the node of its job did not start',
  DEADLINE: 'its job came to its deadline',
  UNKNOWN: 'Slurm no longer knows its job',
};

export interface WordlessEnding {
  readonly state: 'interrupted' | 'stopped' | 'failed';
  readonly reason: string;
  /** It is to be submitted again, from its last checkpoint. */
  readonly goesOn: boolean;
}

/** What becomes of a run whose job is over without having told its end. */
export const endingWithoutWords = (
  job: LiveJob,
  { stopRequested, epochsDone, config }: Pick<RunSummary, 'stopRequested' | 'epochsDone' | 'config'>,
  task: Pick<FollowedTask, 'hasLeft' | 'hasProgressed'> | null,
  output: string,
): WordlessEnding => {
  const what = inWords[job.state] ?? `its job ended as ${job.state}`;
  const where = job.node === null ? '' : ` (on ${job.node})`;
  const said = output === '' ? 'It printed nothing.' : `It printed last: ${output}`;
  const found = `The run did not come to its end: ${what}${where}`;
  if (stopRequested !== null) return { state: 'stopped', reason: `Stopped by you; ${what}${where}.`, goesOn: false };
  if (task === null) return { state: 'failed', reason: `${found}, before the trainer came up. ${said}`, goesOn: false };
  const isInterrupted = (task.hasLeft && job.state !== 'CANCELLED') || interrupting.includes(job.state);
  if (isInterrupted && task.hasProgressed)
    return {
      state: 'interrupted',
      reason: `${found}. It is submitted again, to go on from its checkpoint.`,
      goesOn: true,
    };
  const kept = `${counted(epochsDone, 'epoch')} of ${countText(config.epochs)} ${epochsDone === 1 ? 'is' : 'are'} kept.`;
  const noCheckpoint = isInterrupted ? ' It kept no checkpoint in that time: give it more.' : '';
  return { state: 'interrupted', reason: `${found}; ${kept}${noCheckpoint} ${said}`, goesOn: false };
};

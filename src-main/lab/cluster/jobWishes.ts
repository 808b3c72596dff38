import { LabError } from '../../../shared/errors.ts';
import type { RunId } from '../../../shared/run.ts';
import type { LiveJob } from '../store/clusterJobs.ts';
import { lastAttempt, taskFolderOf } from './jobFolder.ts';
import { isOver, isWaiting } from './jobStates.ts';
import type { KnownJobs } from './knownJobs.ts';
import type { NamedTask } from './slurm.ts';
import { submissionName } from './submission.ts';
import type { SubmittingParts } from './submitting.ts';

type Named = LiveJob & { readonly jobId: string };
const idOf = ({ jobId, task }: Named): string => `${jobId}_${task}`;
const namedTask = (job: Named): NamedTask => ({ id: idOf(job), name: submissionName(job.submission) });

/** What the user wants of jobs that the cluster has. */
export const jobWishes = ({ store, commands, site }: SubmittingParts, jobs: KnownJobs) => ({
  /** Asks a run's job to end; it hears that within seconds of its node's looking. */
  stop: async (job: LiveJob, when: 'now' | 'after-epoch'): Promise<void> => {
    store.write.requestStop(job.runId, when);
    await jobs.wish(job, { when });
    const { jobId } = job;
    if (job.state !== 'PENDING' || jobId === null) return;
    // What the lab heard last may be half a minute old: a job that has begun since hears the wish itself, and loses no work.
    const named = { ...job, jobId };
    const state = (await commands.sights([jobId])).get(idOf(named))?.state;
    if (state === undefined || !isWaiting(state)) return;
    await commands.cancel([namedTask(named)]);
    store.write.end(job.runId, 'stopped', 'Stopped by you while its job waited to go on.');
    jobs.over([job]);
  },

  /**
   * Sends runs back into the cluster's queue: a job under way keeps a checkpoint and goes back as the job that it is; one that waits is taken
   * out, for its run to be submitted anew with the place's present settings. Not while a look is under way, which takes jobs for what they were.
   * @returns the runs that are to be submitted anew.
   * @throws LabError RUN_STATE where there is nothing to send back, PLACE_UNAVAILABLE where the cluster does not answer.
   */
  requeue: async (runIds: readonly RunId[]): Promise<readonly RunId[]> => {
    const live = new Map(store.read.liveJobs().map((job) => [job.runId, job]));
    const wanted = runIds.map((runId) => requeueable(runId, live.get(runId)));
    const sights = await commands.sights([...new Set(wanted.map(({ jobId }) => jobId))]);
    /** What the lab heard last may be half a minute old, and a job that has begun since must not lose its work. */
    const stateOf = (job: Named): string => sights.get(idOf(job))?.state ?? 'UNKNOWN';
    const waiting = wanted.filter((job) => isWaiting(stateOf(job)));
    const underWay = wanted.filter((job) => ['RUNNING', 'CONFIGURING', 'SUSPENDED'].includes(stateOf(job)));
    const [first] = wanted;
    if (first !== undefined && waiting.length + underWay.length === 0)
      throw new LabError(
        'RUN_STATE',
        `The job of run ${first.runId} is ${stateOf(first).toLowerCase()}: the lab is about to hear its end. A run that has ended is resumed, not sent back.`,
      );
    if (underWay.length > 0) await site().fetch([...new Set(underWay.map(({ submission }) => submission))]);
    for (const job of underWay) {
      const attempt = Math.max(1, lastAttempt(taskFolderOf(job.submission, job.task)));
      await jobs.wish(job, { when: 'requeue', attempt });
      jobs.log(job.runId, 'info', 'Its job is asked to keep a checkpoint and to go back into the cluster’s queue.');
      jobs.note(job.runId);
    }
    if (waiting.length > 0) await commands.cancel(waiting.map(namedTask));
    for (const { runId, runState } of waiting) {
      const reason = 'You had its job taken out of the cluster’s queue, to be submitted anew.';
      if (runState === 'running') {
        store.write.end(runId, 'interrupted', reason); // it has trained, and waited to go on
        store.write.resume([runId]);
      }
      jobs.log(runId, 'info', reason);
      jobs.note(runId);
    }
    jobs.over(waiting);
    jobs.tellChanged();
    return waiting.map(({ runId }) => runId);
  },

  /** Ends the jobs of runs that were taken out of the queue. */
  cancelUnwanted: async (): Promise<void> => {
    const unwanted = store.read
      .liveJobs()
      .filter(({ runState, state }) => runState !== 'queued' && runState !== 'running' && state !== 'SUBMITTING');
    if (unwanted.length === 0) return;
    const running = unwanted.filter(({ state }) => !isOver(state));
    await commands.cancel(
      running.flatMap(({ jobId, ...job }) => (jobId === null ? [] : [namedTask({ ...job, jobId })])),
    );
    jobs.over(unwanted);
  },
});

/** The run's job, which may be sent back. @throws LabError RUN_STATE */
const requeueable = (runId: RunId, job: LiveJob | undefined): Named => {
  if (job === undefined || !['queued', 'running'].includes(job.runState))
    throw new LabError(
      'RUN_STATE',
      `Run ${runId} has no job on a cluster, and cannot be sent back into its queue. What waits in the lab's own queue is moved there; what has ended is resumed.`,
    );
  const { jobId } = job;
  if (jobId === null)
    throw new LabError('RUN_STATE', `The job of run ${runId} is being submitted; try again in a moment.`);
  return { ...job, jobId };
};

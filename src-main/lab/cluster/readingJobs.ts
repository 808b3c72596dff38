import type { RunId } from '../../../shared/run.ts';
import type { LiveJob } from '../store/clusterJobs.ts';
import { begunIn, taskFolderOf } from './jobFolder.ts';
import { isWaiting } from './jobStates.ts';
import type { KnownJobs } from './knownJobs.ts';
import type { SubmittingParts } from './submitting.ts';

/** So long at once, that other things need not wait: thousands may have told something while the lab was closed. */
export const readForMs = 10_000;

/** Stores what jobs tell. */
export const jobReading = ({ store, checkpoints }: SubmittingParts, jobs: KnownJobs) => {
  let last: RunId = 0;

  /** @returns whether it told anything. */
  const read = async (job: LiveJob): Promise<boolean> => {
    const task = jobs.follow(job);
    try {
      if (!(await task.read())) return false;
    } catch (error) {
      jobs.forget(job.runId);
      throw error;
    }
    jobs.seen(job.runId, false); // it speaks, whatever the cluster says
    checkpoints.prune(job.runId);
    if (task.ending !== null) {
      const { reason, state } = task.ending;
      if (reason !== null && state !== 'stopped')
        jobs.log(job.runId, state === 'interrupted' ? 'warning' : 'error', reason);
      jobs.letGo([job]); // the store knows with its end that it is over
    } else if (isWaiting(job.state) && task.hasBegun && !task.hasLeft) {
      store.write.jobs.seen([{ runId: job.runId, state: 'RUNNING', reason: null, node: job.node }]); // what the cluster said is old
    }
    jobs.note(job.runId);
    return true;
  };

  /** Of the tasks that have begun, those first that were looked at longest ago. @returns whether that was all. */
  const readAll = async (goesOn: () => boolean): Promise<boolean> => {
    const until = performance.now() + readForMs;
    const live = store.read.liveJobs().filter(({ runState }) => ['queued', 'running'].includes(runState));
    const begun = begunIn(new Set(live.map(({ submission }) => submission)));
    const speaking = live.filter(({ submission, task }) => begun.has(taskFolderOf(submission, task)));
    const next = Math.max(
      0,
      speaking.findIndex(({ runId }) => runId > last),
    );
    for (const job of [...speaking.slice(next), ...speaking.slice(0, next)]) {
      if (!goesOn()) return true;
      if (performance.now() > until) return false;
      await read(job);
      last = job.runId;
    }
    return true;
  };
  return { read, readAll };
};

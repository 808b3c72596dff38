import { setImmediate } from 'node:timers/promises';
import type { JobSight } from '../store/clusterJobs.ts';
import { begunIn, lastWordsOf, taskFolderOf } from './jobFolder.ts';
import { endingWithoutWords, isOver } from './jobStates.ts';
import type { KnownJobs } from './knownJobs.ts';
import { readForMs } from './readingJobs.ts';
import type { jobReading } from './readingJobs.ts';
import { mostTold } from './submitting.ts';
import type { SubmittingParts } from './submitting.ts';

export interface AskingParts extends SubmittingParts {
  /** Between two questions to the cluster. */
  readonly askEveryMs: number;
}

/** What the cluster says of its jobs: it is asked for the lab's own only, all in one question. */
export const clusterAsking = (
  { store, commands, askEveryMs }: AskingParts,
  jobs: KnownJobs,
  read: ReturnType<typeof jobReading>['read'],
) => {
  let askedAt = -Infinity;

  return {
    ask: async (): Promise<void> => {
      if (performance.now() - askedAt < askEveryMs) return;
      const live = store.read.liveJobs().filter(({ jobId }) => jobId !== null);
      if (live.length === 0) return;
      askedAt = performance.now();
      const sights = await commands.sights([...new Set(live.map(({ jobId }) => jobId ?? ''))]);
      const changed: JobSight[] = [];
      for (const job of live) {
        const seen = sights.get(`${job.jobId ?? ''}_${job.task}`);
        const sight = seen ?? { state: isOver(job.state) ? job.state : 'UNKNOWN', reason: null, node: job.node };
        jobs.seen(job.runId, seen === undefined || isOver(seen.state));
        if (
          sight.state !== job.state ||
          sight.reason !== job.reason ||
          (sight.node !== null && sight.node !== job.node)
        )
          changed.push({ ...sight, node: sight.node ?? job.node, runId: job.runId });
      }
      for (let from = 0; from < changed.length; from += mostTold) {
        const some = changed.slice(from, from + mostTold);
        store.write.jobs.seen(some);
        some.forEach(({ runId }) => jobs.note(runId));
        await setImmediate();
      }
    },
    /**
     * Ends the runs whose jobs are over without having told how. They are asked for twice before, as shared disks show files late, and read
     * once more: where thousands have ended, what many of them told is still unread.
     */
    settle: async (goesOn: () => boolean): Promise<void> => {
      const until = performance.now() + readForMs;
      const over = store.read.liveJobs().filter(({ runId }) => jobs.overFor(runId) >= 2);
      const begun = begunIn(new Set(over.map(({ submission }) => submission)));
      for (const job of over) {
        if (!goesOn() || performance.now() > until) return;
        if (begun.has(taskFolderOf(job.submission, job.task)) && (await read(job))) continue;
        const run = store.read.runs.one(job.runId); // as it is now: others were waited for
        if (run === null || !['queued', 'running'].includes(run.state)) continue;
        const output = lastWordsOf(taskFolderOf(job.submission, job.task));
        const ending = endingWithoutWords(job, run, jobs.taskOf(job.runId), output);
        jobs.over([job]);
        if (run.state === 'queued') store.write.refuse(job.runId, ending.reason);
        else store.write.end(job.runId, ending.state, ending.reason);
        if (ending.goesOn) store.write.resume([job.runId]);
        if (ending.state !== 'stopped') jobs.log(job.runId, ending.goesOn ? 'info' : 'warning', ending.reason);
        jobs.note(job.runId);
        await setImmediate();
      }
    },
  };
};

import { basename } from 'node:path';
import { z } from 'zod';
import { clusterJobSchema } from '../../../shared/places.ts';
import type { ClusterJob, PlaceId } from '../../../shared/places.ts';
import type { RunId, RunState } from '../../../shared/run.ts';
import { removalOf } from '../../files/removals.ts';
import type { Database } from './database.ts';

/** Where in a run's events the store is: every attempt numbers its own from 1. */
export interface SpoolPosition {
  readonly attempt: number;
  readonly sequence: number;
}

/** A job that something is still to be done for. */
export interface LiveJob extends SpoolPosition {
  readonly runId: RunId;
  readonly runState: RunState;
  readonly submission: string;
  readonly task: number;
  readonly jobId: string | null;
  readonly state: string;
  readonly reason: string | null;
  readonly node: string | null;
}

export type JobSight = Pick<LiveJob, 'runId' | 'state' | 'reason' | 'node'>;

/** A column with the run's job as a JSON object; NULL where it has none, and where the run has gone on without it. */
export const jobColumn = `iif(cluster_job.run_id IS NULL OR (is_over = 1 AND (run.ended_at IS NULL OR run.place <> at_place)), NULL, json_object('jobId', cluster_job.job_id || '_' || cluster_job.task,
  'state', job_state, 'reason', job_reason, 'node', node,
  'folder', cluster_job.submission || '/tasks/' || cluster_job.task)) AS "job"`;

const textSchema = z.string().nullable();
export const jobOf = (column: unknown): ClusterJob | null => {
  const text = textSchema.parse(column);
  return text === null ? null : clusterJobSchema.parse(JSON.parse(text));
};

/** Jobs of runs on clusters; of each run the last one. */
export const clusterJobTable = (database: Database) => {
  const insert = database.prepare(
    `INSERT OR REPLACE INTO cluster_job (run_id, at_place, submission, task, job_state) VALUES (?, ?, ?, ?, 'SUBMITTING')`,
  );
  const name = database.prepare(`UPDATE cluster_job SET job_id = ?, job_state = 'PENDING' WHERE submission = ?`);
  const see = database.prepare('UPDATE cluster_job SET job_state = ?, job_reason = ?, node = ? WHERE run_id = ?');
  const advance = database.prepare('UPDATE cluster_job SET attempt = ?, sequence = ? WHERE run_id = ?');
  const over = database.prepare('UPDATE cluster_job SET is_over = 1 WHERE run_id = ?');
  const forget = database.prepare('DELETE FROM cluster_job WHERE submission = ? AND job_id IS NULL');
  const live = database.prepare<[], LiveJob>(
    `SELECT run_id AS "runId", run.state AS "runState", submission, task, job_id AS "jobId", job_state AS "state", job_reason AS "reason", node,
       attempt, sequence
     FROM cluster_job JOIN run ON run.id = run_id WHERE is_over = 0 ORDER BY run_id`,
  );
  const { name: ours } = removalOf('submission');
  const written = database
    .prepare<[], string>("SELECT total_changes() || ' ' || data_version FROM pragma_data_version")
    .pluck();
  let known: { readonly version: string | undefined; readonly jobs: readonly LiveJob[] } | null = null;
  return {
    /**
     * In no other folder than one of ours is anything read or written, whatever a workspace says that came from somebody else. They are asked for
     * many times in a row, and may be ten thousand.
     */
    live: (): readonly LiveJob[] => {
      const version = written.get();
      if (known !== null && known.version === version && !database.inTransaction) return known.jobs;
      const jobs = live.all().filter(({ submission }) => ours.test(basename(submission)));
      known = database.inTransaction ? null : { version, jobs }; // what a transaction has written may yet be taken back
      return jobs;
    },
    /** Says which runs a submission is of, before it is made: task 0, 1, … */
    submit: database.transaction((place: PlaceId, submission: string, runIds: readonly RunId[]): void => {
      runIds.forEach((runId, task) => insert.run(runId, place, submission, task));
    }),
    /** The cluster has taken a submission. */
    named: (submission: string, jobId: string): void => void name.run(jobId, submission),
    /** The cluster has not taken a submission. */
    refused: (submission: string): void => void forget.run(submission),
    seen: database.transaction((sights: readonly JobSight[]): void => {
      for (const { runId, state, reason, node } of sights) see.run(state, reason, node, runId);
    }),
    /**
     * Stores events and how far they go, both or neither: whatever happens in between, each is stored once.
     * @param store - answers how far, and whether that was all.
     */
    take: database.transaction((runId: RunId, store: () => SpoolPosition & { readonly isOver: boolean }): void => {
      const { attempt, sequence, isOver } = store();
      advance.run(attempt, sequence, runId);
      if (isOver) over.run(runId);
    }),
    over: database.transaction((runIds: readonly RunId[]): void => runIds.forEach((runId) => void over.run(runId))),
  };
};

import { checkpointFileSchema } from '../../../shared/run.ts';
import type { CheckpointFile, RunId } from '../../../shared/run.ts';
import { insertInto, selected } from './columns.ts';
import type { Database } from './database.ts';
import { NotUnderstood } from './understood.ts';

const names = Object.keys(checkpointFileSchema.shape);

/** How much room checkpoints take. */
export interface CheckpointRoom {
  readonly runCount: number;
  readonly fileCount: number;
  readonly sizeBytes: number;
}

interface SettledRun {
  readonly id: RunId;
  readonly bestEpoch: number | null;
}

/** Checkpoints whose files are in place. */
export const checkpointTable = (database: Database, notUnderstood = new NotUnderstood()) => {
  const insert = database.prepare(insertInto('checkpoint', ['runId', ...names]));
  const select = database.prepare<[RunId]>(
    `SELECT ${selected(names)} FROM checkpoint WHERE run_id = ? ORDER BY step DESC, epoch DESC`,
  );
  const remove = database.prepare('DELETE FROM checkpoint WHERE run_id = ? AND file_name = ?');
  const room = database.prepare<[], CheckpointRoom>(
    `SELECT count(DISTINCT run_id) AS "runCount", count(*) AS "fileCount", coalesce(sum(size_bytes), 0) AS "sizeBytes"
     FROM checkpoint`,
  );
  const settled = (which: string): string =>
    `SELECT id, best_epoch AS "bestEpoch" FROM run LEFT JOIN run_summary ON run_summary.run_id = id
     WHERE ${which} state = 'finished' AND deleted = 0 AND EXISTS (SELECT 1 FROM checkpoint WHERE checkpoint.run_id = id)
     AND NOT EXISTS (SELECT 1 FROM analysis WHERE analysis.run_id = run.id AND analysis.state IN ('queued', 'running'))
     ORDER BY id`;
  const allSettled = database.prepare<[], SettledRun>(settled(''));
  const oneSettled = database.prepare<[RunId], SettledRun>(settled('id = ? AND'));
  return {
    insert: (runId: RunId, checkpoint: CheckpointFile): void => void insert.run({ runId, ...checkpoint }),
    /** Newest first. */
    of: (runId: RunId): CheckpointFile[] =>
      notUnderstood.rows(
        select.all(runId),
        () => `A checkpoint of run ${String(runId)}`,
        (row) => checkpointFileSchema.parse(row),
      ),
    remove: (runId: RunId, fileName: string): void => void remove.run(runId, fileName),
    /** Of all runs, those in the trash too. */
    room: (): CheckpointRoom => room.get() ?? { runCount: 0, fileCount: 0, sizeBytes: 0 },
    /** Finished runs with checkpoints that no analysis waits for. @param only - this one, if it is one. */
    settledRuns: (only?: RunId): SettledRun[] => (only === undefined ? allSettled.all() : oneSettled.all(only)),
  };
};

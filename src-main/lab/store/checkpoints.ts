import { checkpointFileSchema } from '../../../shared/run.ts';
import type { CheckpointFile, RunId } from '../../../shared/run.ts';
import { insertInto, selected } from './columns.ts';
import type { Database } from './database.ts';
import { NotUnderstood } from './understood.ts';

const names = Object.keys(checkpointFileSchema.shape);

/** Checkpoints whose files are in place. */
export const checkpointTable = (database: Database, notUnderstood = new NotUnderstood()) => {
  const insert = database.prepare(insertInto('checkpoint', ['runId', ...names]));
  const select = database.prepare<[RunId]>(
    `SELECT ${selected(names)} FROM checkpoint WHERE run_id = ? ORDER BY step DESC, epoch DESC`,
  );
  const remove = database.prepare('DELETE FROM checkpoint WHERE run_id = ? AND file_name = ?');
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
  };
};

import { logLineSchema } from '../../../shared/run.ts';
import type { LogLine, RunId } from '../../../shared/run.ts';
import { insertInto, selected } from './columns.ts';
import type { Database } from './database.ts';
import { NotUnderstood } from './understood.ts';

const names = Object.keys(logLineSchema.shape);

/** What runs and the lab said about them. */
export const logTable = (database: Database, notUnderstood = new NotUnderstood()) => {
  const insert = database.prepare(insertInto('log_line', ['runId', ...names]));
  const select = database.prepare(`SELECT ${selected(names)} FROM log_line WHERE run_id = ? ORDER BY id`);
  return {
    insert: (runId: RunId, line: LogLine): void => void insert.run({ runId, ...line }),
    of: (runId: RunId): LogLine[] =>
      notUnderstood.rows(
        select.all(runId),
        () => `A line of the log of run ${String(runId)}`,
        (row) => logLineSchema.parse(row),
      ),
  };
};

import { runEnvironmentSchema } from '../../../shared/device.ts';
import type { RunEnvironment } from '../../../shared/device.ts';
import type { RunId } from '../../../shared/run.ts';
import { flagOrNull, insertInto, selected, unflagged } from './columns.ts';
import type { Database } from './database.ts';
import { NotUnderstood } from './understood.ts';

interface Row {
  oneDnn: 0 | 1 | null;
}

const names = Object.keys(runEnvironmentSchema.shape);

/** What runs ran on; a run that goes on elsewhere has the last one. */
export const environmentTable = (database: Database, notUnderstood = new NotUnderstood()) => {
  const insert = database.prepare(insertInto('environment', ['runId', ...names], true));
  const select = database.prepare<[RunId], Row>(`SELECT ${selected(names)} FROM environment WHERE run_id = ?`);
  return {
    insert: (runId: RunId, environment: RunEnvironment): void =>
      void insert.run({ runId, ...environment, oneDnn: flagOrNull(environment.oneDnn) }),
    of: (runId: RunId): RunEnvironment | null => {
      const row = select.get(runId);
      const name = `The environment of run ${String(runId)}`;
      const read = (found: Row): RunEnvironment =>
        runEnvironmentSchema.parse({ ...found, oneDnn: unflagged(found.oneDnn) });
      return row === undefined ? null : notUnderstood.row(row, () => name, read);
    },
  };
};

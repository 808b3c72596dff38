import type { RunId } from '../../../shared/run.ts';
import { checksumTable } from './checksums.ts';
import type { Database } from './database.ts';
import { runSummaryTable } from './runSummaries.ts';

/** Everything that hangs on a run, the innermost first. */
const dependents = [
  ...['phase_time', 'measurement', 'step', 'epoch', 'environment', 'log_line', 'checkpoint', 'checksum', 'run_summary'],
  ...['analysis', 'run_origin', 'trained_in', 'annotation', 'cluster_job'],
] as const;
/** What was measured in a run. */
const measured = ['epoch', 'step', 'phase_time', 'measurement', 'checksum', 'trained_in'] as const;

/** Copies and removes whole runs. */
export const runCopies = (database: Database) => {
  const columnsOf = (table: string): string =>
    database
      .prepare<[string], string>("SELECT name FROM pragma_table_info(?) WHERE name <> 'run_id'")
      .pluck()
      .all(table)
      .join(', ');
  const copies = measured.map((table) => {
    const columns = columnsOf(table);
    return database.prepare(
      `INSERT INTO ${table} (run_id, ${columns}) SELECT ?, ${columns} FROM ${table} WHERE run_id = ?`,
    );
  });
  const summaries = runSummaryTable(database);
  const checksums = checksumTable(database);
  const deletedIds = database.prepare<[], RunId>('SELECT id FROM run WHERE deleted = 1').pluck();
  const removals = dependents
    .map((table) => database.prepare(`DELETE FROM ${table} WHERE run_id = ?`))
    .concat(database.prepare('DELETE FROM run WHERE id = ?'));
  return {
    /** Gives a run all that was measured in another one. */
    copyMeasured: (from: RunId, to: RunId): void => {
      copies.forEach((copy) => void copy.run(to, from));
      summaries.renew(to);
      checksums.sealSummary(to);
    },
    /** Removes runs for good, of those that lie in the trash. */
    removeDeleted: (ids: readonly RunId[]): void => {
      const deleted = new Set(deletedIds.all());
      for (const id of ids.filter((each) => deleted.has(each))) removals.forEach((remove) => void remove.run(id));
    },
  };
};

import type { RunId, RunSummary } from '../../../shared/run.ts';
import type { Database } from './database.ts';

/** What summaries of runs are read from, and the column that says of which run. */
const sources = [
  ['run', 'id'],
  ...['run_summary', 'step', 'checkpoint', 'cluster_job', 'run_origin'].map((table) => [table, 'run_id'] as const),
] as const;

const atOnce = 500;

/**
 * Summaries of runs as they were read last, each until something changes that it was made of: the database itself tells so, by triggers of this
 * connection, whoever writes.
 */
export const knownRuns = (database: Database) => {
  const known = new Map<RunId, RunSummary>();
  if (!database.readonly) watch(database, (id) => (id === null ? known.clear() : known.delete(id)));
  const othersVersion = database.prepare<[], number>('PRAGMA data_version').pluck();
  let version = othersVersion.get();

  return {
    /** Runs in this order. @param read - reads those that are not known; what it leaves out is left out. */
    of: (ids: readonly RunId[], read: (ids: readonly RunId[]) => RunSummary[]): RunSummary[] => {
      // What a transaction has written may yet be taken back.
      const found = database.inTransaction ? new Map<RunId, RunSummary>() : known;
      const present = othersVersion.get();
      if (present !== version) known.clear();
      version = present;
      const missing = ids.filter((id) => !found.has(id));
      for (let from = 0; from < missing.length; from += atOnce)
        for (const run of read(missing.slice(from, from + atOnce))) found.set(run.id, Object.freeze(run));
      return ids.flatMap((id) => found.get(id) ?? []);
    },
  };
};

/** Has it told of which run something was written; null: of any. */
const watch = (database: Database, changed: (id: RunId | null) => unknown): void => {
  database.function('run_changed', (id) => {
    changed(typeof id === 'number' ? id : null);
    return null;
  });
  const trigger = (table: string, action: string, told: string): void =>
    void database.exec(
      `CREATE TEMP TRIGGER told_${table}_${action} AFTER ${action} ON main.${table} BEGIN SELECT run_changed(${told}); END`,
    );
  for (const [table, column] of sources) {
    trigger(table, 'INSERT', `NEW.${column}`);
    trigger(table, 'UPDATE', `NEW.${column}`);
    trigger(table, 'DELETE', `OLD.${column}`);
  }
  for (const table of ['experiment', 'origin']) trigger(table, 'UPDATE', 'NULL');
};

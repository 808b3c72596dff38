import type { RunId } from '../../../shared/run.ts';
import type { Database } from './database.ts';

/**
 * What is told of a run is read from these, and the column that says of which run. Measurements and checksums are written together with the
 * run's summary.
 */
const sources = [
  ['run', 'id'],
  ...['run_summary', 'step', 'checkpoint', 'cluster_job', 'run_origin', 'environment', 'trained_in'].map(
    (table) => [table, 'run_id'] as const,
  ),
] as const;

const atOnce = 500;

/** What is told of runs in one way: in this order. @param read - reads those that are not known; what it leaves out is left out. */
type Known<T> = (ids: readonly RunId[], read: (ids: readonly RunId[]) => T[]) => T[];

/**
 * What was read of runs last, each until something changes that it was made of: the database itself tells so, by triggers of this connection,
 * whoever writes.
 */
export const knownRuns = (database: Database) => {
  const all: Map<RunId, unknown>[] = [];
  const forget = (id: RunId | null): void => {
    for (const known of all) {
      if (id === null) known.clear();
      else known.delete(id);
    }
  };
  if (!database.readonly) watch(database, forget);
  const othersVersion = database.prepare<[], number>('PRAGMA data_version').pluck();
  let version = othersVersion.get();

  return <T extends { readonly id: RunId }>(): Known<T> => {
    const known = new Map<RunId, T>();
    all.push(known);
    return (ids, read) => {
      // What a transaction has written may yet be taken back.
      const found = database.inTransaction ? new Map<RunId, T>() : known;
      const present = othersVersion.get();
      if (present !== version) forget(null);
      version = present;
      const missing = ids.filter((id) => !found.has(id));
      for (let from = 0; from < missing.length; from += atOnce)
        for (const each of read(missing.slice(from, from + atOnce))) found.set(each.id, Object.freeze(each));
      return ids.flatMap((id) => found.get(id) ?? []);
    };
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

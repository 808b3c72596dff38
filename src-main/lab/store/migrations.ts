import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Database } from './database.ts';

export interface Migration {
  /** The schema's version after it. */
  readonly version: number;
  readonly sql: string;
}

/**
 * Reads the numbered migrations (`NNNN-name.sql`).
 * @throws Error if a number is missing or used twice.
 */
export const readMigrations = (folder: string): Migration[] => {
  const names = readdirSync(folder)
    .filter((name) => /^\d{4}-[a-z0-9-]+\.sql$/.test(name))
    .sort();
  return names.map((name, index) => {
    const version = Number(name.slice(0, 4));
    if (version !== index + 1) throw new Error(`Migration ${name} should have the number ${String(index + 1)}.`);
    return { version, sql: readFileSync(join(folder, name), 'utf8') };
  });
};

/**
 * Brings the schema up to date, each migration in a transaction of its own.
 * @param beforeFirst - called with the version that the schema has, if there is anything to do. Not before each one: a backup of every
 * version between would push those that matter out of the last seven.
 */
export const migrate = (
  database: Database,
  migrations: readonly Migration[],
  beforeFirst: (version: number) => void,
): void => {
  const version = Number(database.pragma('user_version', { simple: true }));
  const pending = migrations.slice(version);
  if (pending.length > 0) beforeFirst(version);
  for (const migration of pending) {
    database.pragma('foreign_keys = OFF'); // as SQLite wants it while tables are rebuilt; checked before the commit
    database.transaction(() => {
      database.exec(migration.sql);
      const violations: unknown = database.pragma('foreign_key_check', { simple: true });
      if (violations !== undefined) throw new Error(`Migration ${String(migration.version)} breaks foreign keys.`);
      database.pragma(`user_version = ${String(migration.version)}`);
    })();
  }
  database.pragma('foreign_keys = ON');
};

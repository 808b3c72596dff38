import type { Database, OpenDatabase } from './database.ts';
import { migrate } from './migrations.ts';
import type { Migration } from './migrations.ts';

type Columns = ReadonlyMap<string, readonly string[]>;

/** Columns by table; SQLite's own tables left out. */
export const columnsOf = (database: Database): Columns => {
  const rows = database
    .prepare<[], { tableName: string; columns: string }>(
      `SELECT tables.name AS tableName, json_group_array(columns.name) AS columns
       FROM sqlite_schema AS tables, pragma_table_info(tables.name) AS columns
       WHERE tables.type = 'table' AND tables.name NOT LIKE 'sqlite_%' GROUP BY tables.name`,
    )
    .all();
  return new Map(rows.map(({ tableName, columns }) => [tableName, JSON.parse(columns) as string[]]));
};

/**
 * Why a database does not have the tables of the version that it says it has, in one sentence, or null. Tables of others are left alone.
 * @param found - the database's tables.
 * @param migrations - all; the first `version` of them lead to that version.
 */
export const schemaProblem = (
  open: OpenDatabase,
  found: Columns,
  migrations: readonly Migration[],
  version: number,
): string | null => {
  const model = open(':memory:');
  try {
    migrate(model, migrations.slice(0, version), () => undefined);
    const expected = columnsOf(model);
    migrate(model, migrations, () => undefined);
    for (const table of new Set([...expected.keys(), ...columnsOf(model).keys()])) {
      const problem = tableProblem(expected.get(table), found.get(table));
      if (problem !== null)
        return `The database says that its schema is ${String(version)}, but its table "${table}" ${problem}.`;
    }
    return null;
  } finally {
    model.close();
  }
};

/** A table is made by some version, which may be later than the one expected. */
const tableProblem = (expected: readonly string[] | undefined, found: readonly string[] | undefined): string | null => {
  if (expected === undefined) return found === undefined ? null : 'is of a later one';
  if (found === undefined) return 'is missing';
  const missing = expected.find((column) => !found.includes(column));
  if (missing !== undefined) return `has no column "${missing}"`;
  const odd = found.find((column) => !expected.includes(column));
  return odd === undefined ? null : `has a column "${odd}" that is not in that schema`;
};

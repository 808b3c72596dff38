import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type BetterSqlite3 from 'better-sqlite3';
import { beforeAll, expect, test } from 'vitest';
import { applicationId } from '../../../src-main/lab/store/backups.ts';
import { openStore } from '../../../src-main/lab/store/index.ts';
import { addExperiment, openWorkspace } from '../bundles/stores.ts';
import { migrationsFolder } from '../fixtures/labOptions.ts';
import { temporaryFolder } from '../fixtures/labs.ts';
import { epochOf } from '../fixtures/metrics.ts';
import { selfTestOf } from '../fixtures/selfTests.ts';

const Sqlite = createRequire(import.meta.url)('better-sqlite3') as typeof BetterSqlite3;
const migrations = readdirSync(migrationsFolder).sort();
type Row = Record<string, string | number | null>;

/** What every version of the lab has kept of a run. */
const tables = [
  'experiment',
  'run',
  'epoch',
  'phase_time',
  'step',
  'log_line',
  'checkpoint',
  'run_summary',
  'measurement',
  'self_test',
] as const;
let rows: ReadonlyMap<string, Row[]>;

beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'esam-lab-schemas-'));
  const workspace = await openWorkspace(folder);
  const life = { epochs: 2, steps: 3, accuracy: 0.75, loss: 0.5, isCheckpointed: true, isAnalysed: false } as const;
  addExperiment(workspace, [
    { ...life, end: 'finished' },
    { ...life, end: 'interrupted' },
  ]);
  workspace.store.write.selfTestResult(selfTestOf());
  workspace.store.close();
  const database = new Sqlite(join(workspace.folder, 'lab.db'), { readonly: true });
  rows = new Map(tables.map((table) => [table, database.prepare<[], Row>(`SELECT * FROM ${table}`).all()]));
  database.close();
  rmSync(folder, { recursive: true });
});

/** A workspace as the version of the lab left it whose newest migration this was: the same runs, in the columns that it had. */
const workspaceOf = (version: number): string => {
  const folder = temporaryFolder();
  const database = new Sqlite(join(folder, 'lab.db'));
  database.pragma('journal_mode = WAL');
  database.pragma('foreign_keys = OFF');
  database.pragma(`application_id = ${String(applicationId)}`);
  for (const name of migrations.slice(0, version)) database.exec(readFileSync(join(migrationsFolder, name), 'utf8'));
  database.pragma(`user_version = ${String(version)}`);
  for (const [table, values] of rows) {
    const had = database.prepare<[string], string>('SELECT name FROM pragma_table_info(?)').pluck().all(table);
    for (const row of had.length === 0 ? [] : values) {
      const columns = Object.keys(row).filter((column) => had.includes(column));
      const places = columns.map((column) => `@${column}`).join(', ');
      database.prepare(`INSERT INTO ${table} (${columns.join(', ')}) VALUES (${places})`).run(row);
    }
  }
  database.close();
  return folder;
};

test('a table that has another name by now is looked for under the one that it had', async () => {
  const folder = workspaceOf(20);
  const database = new Sqlite(join(folder, 'lab.db'));
  database.exec('DROP TABLE device_probe');
  database.close();
  await expect(openStore(folder, migrationsFolder)).rejects.toThrow('its table "device_probe" is missing');
});

test.each(migrations.slice(0, -1).map((name, index) => ({ version: index + 1, name })))(
  'a workspace of schema $version ($name) opens, keeps its runs, and a backup of what it was',
  async ({ version }) => {
    const folder = workspaceOf(version);
    const store = await openStore(folder, migrationsFolder);
    expect(store.read.runs.all().map(({ id, state, epochsDone }) => [id, state, epochsDone])).toEqual([
      [1, 'finished', 2],
      [2, 'interrupted', 2],
    ]);
    for (const runId of [1, 2]) {
      expect(store.read.epochs(runId).map(({ epoch, testAccuracy }) => [epoch, testAccuracy])).toEqual([
        [1, 0.75],
        [2, 0.75],
      ]);
      expect(store.read.detail(runId)?.damages).toEqual([]);
    }
    expect(store.read.notUnderstood()).toEqual([]);
    store.write.resume([2]);
    store.write.start(2);
    store.write.epoch(2, epochOf(3), false);
    expect(store.read.epochs(2)).toHaveLength(3);
    store.close();
    expect(readdirSync(join(folder, 'backups'))).toEqual([
      expect.stringMatching(new RegExp(`-schema-${String(version)}\\.db$`)),
    ]);
  },
);

/** What a table is but for its checks. */
const shapeOf = (database: BetterSqlite3.Database, table: string): unknown => [
  database.prepare('SELECT wr, strict FROM pragma_table_list(?)').all(table),
  database.prepare('SELECT * FROM pragma_table_xinfo(?)').all(table),
  database.prepare('SELECT * FROM pragma_foreign_key_list(?)').all(table),
  database
    .prepare(
      `SELECT indexes.name, "unique", origin, seqno, columns.name AS "column"
       FROM pragma_index_list(?) AS indexes, pragma_index_info(indexes.name) AS columns`,
    )
    .all(table),
];

test('tables that listed the names of registries take any name, and are else what they were', async () => {
  const tables = ['phase_time', 'self_test'];
  const folder = workspaceOf(22);
  const before = new Sqlite(join(folder, 'lab.db'), { readonly: true });
  const shapes = tables.map((table) => shapeOf(before, table));
  before.close();
  (await openStore(folder, migrationsFolder)).close();

  const database = new Sqlite(join(folder, 'lab.db'));
  expect(tables.map((table) => shapeOf(database, table))).toEqual(shapes);
  for (const table of tables) {
    const kept = rows.get(table);
    expect(kept?.length).toBeGreaterThan(0);
    expect(database.prepare(`SELECT * FROM ${table}`).all()).toEqual(kept);
  }
  database.exec(`INSERT INTO phase_time VALUES (1, 1, 0, 'a phase of tomorrow', 2);
    UPDATE self_test SET engine = 'other', precision = 'float8', device = 'TPU'`);
  for (const senseless of [
    "INSERT INTO phase_time VALUES (1, 1, 0, 'input', -1)",
    "INSERT INTO phase_time VALUES (1, 0, 0, 'none', 1)",
    'UPDATE self_test SET threads = 0',
    "UPDATE self_test SET speeds = 'fast'",
  ])
    expect(() => database.exec(senseless)).toThrow(/CHECK constraint/);
  database.close();
});

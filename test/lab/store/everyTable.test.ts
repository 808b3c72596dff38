import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type BetterSqlite3 from 'better-sqlite3';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { slurmSettingsSchema } from '../../../shared/places.ts';
import { everyGroup } from '../../../shared/result.ts';
import { newSubmission } from '../../../src-main/lab/cluster/submission.ts';
import type { Lab } from '../../../src-main/lab/lab.ts';
import { addExperiment, exportTo, importFrom, openWorkspace } from '../bundles/stores.ts';
import type { Life } from '../bundles/stores.ts';
import { experimentOf, sam } from '../fixtures/configs.ts';
import { migrationsFolder } from '../fixtures/labOptions.ts';
import { openTestLab } from '../fixtures/labs.ts';
import { selfTestOf } from '../fixtures/selfTests.ts';

const Sqlite = createRequire(import.meta.url)('better-sqlite3') as typeof BetterSqlite3;
vi.spyOn(console, 'error').mockReturnValue();

/** In continuous integration all of a row's columns at once; else each alone, too. */
const isLong = process.env['ESAM_LAB_EVERY_FAULT'] !== undefined;

const life: Life = {
  ...{ epochs: 2, steps: 2, end: 'finished', accuracy: 0.75, loss: 0.5 },
  ...{ isCheckpointed: true, isAnalysed: true, isAnnotated: true },
};
const home = mkdtempSync(join(tmpdir(), 'esam-lab-tables-'));
const folder = join(home, 'workspace');
let whole: Buffer;
afterAll(() => rmSync(home, { recursive: true }));
/** A workspace with a row in every table. */
beforeAll(async () => {
  const elsewhere = await openWorkspace(join(home, 'elsewhere'));
  addExperiment(elsewhere, [life, life], { arms: [sam] });
  await exportTo(elsewhere, join(home, 'x.esamlab'));
  elsewhere.store.close();
  const workspace = await openWorkspace(folder);
  const { write } = workspace.store;
  addExperiment(workspace, [life, life]);
  await importFrom(workspace, join(home, 'x.esamlab'));
  write.selfTestResult(selfTestOf());
  write.setting('checkpoints', 'last');
  write.setting('window.form', { half: 'written' });
  write.setting('place.slurm', slurmSettingsSchema.parse({ cores: 2 }));
  write.jobs.submit('slurm', newSubmission('/nowhere'), [1]);
  write.jobs.over([1]);
  workspace.store.close();
  const database = new Sqlite(join(folder, 'lab.db'));
  database.exec(`INSERT INTO run_view VALUES ('Mine', '{}'); PRAGMA wal_checkpoint(TRUNCATE)`);
  database.close();
  whole = readFileSync(join(folder, 'lab.db'));
});

/** Everything that only reads. */
const questions = (lab: Lab): Record<string, () => Promise<unknown>> => {
  const query = everyGroup;
  return {
    workspace: () => lab.workspace({}),
    leftOut: () => lab.leftOut({}),
    runs: () => lab.runs({ experimentId: null }),
    run: () => lab.run({ runId: 2 }),
    runLog: () => lab.runLog({ runId: 2, toward: 'earlier', from: null, search: '' }),
    trash: () => lab.trash({}),
    experiments: () => lab.experiments({}),
    results: () => lab.results(query),
    split: () => lab.results({ ...query, splitConditions: true }),
    curves: () => lab.curves({ query, metric: 'testAccuracy', axis: 'epoch', relativeTo: null }),
    published: () => lab.published(query),
    annotations: () => lab.annotations({}),
    analyses: () => lab.analyses({}),
    queue: () => lab.queue({}),
    queueEstimates: () => lab.queueEstimates({}),
    plan: () => lab.plan(experimentOf({ seeds: [9] })),
    checkpointUse: () => lab.checkpointUse({}),
    runViews: () => lab.runViews({}),
    keptStates: () => lab.keptStates({}),
    places: () => lab.places({}),
    deviceStatus: () => lab.deviceStatus({}),
    datasets: () => lab.datasets({}),
    studies: () => lab.studies({}),
    diagnostics: () => lab.diagnostics({}),
  };
};

interface Column {
  readonly name: string;
  readonly type: string;
  readonly pk: number;
}
const garbage: Record<string, string> = { TEXT: `'{'`, INTEGER: '-7', REAL: '-7.5' };

/** Tables and their columns, as the newest migration leaves them. */
const tables = (): [table: string, columns: Column[]][] => {
  const database = new Sqlite(':memory:');
  for (const name of readdirSync(migrationsFolder).sort())
    database.exec(readFileSync(join(migrationsFolder, name), 'utf8'));
  const names = database.prepare<[], string>("SELECT name FROM sqlite_schema WHERE type = 'table'").pluck().all();
  const columns = database.prepare<[string], Column>('SELECT name, type, pk FROM pragma_table_info(?)');
  const found = names.map((name): [string, Column[]] => [
    name,
    columns.all(name).filter(({ name: column, pk }) => pk === 0 && !column.endsWith('_id')),
  ]);
  database.close();
  return found.filter(([, all]) => all.length > 0);
};

test.each(tables())('a row of garbage in the table %s costs that row alone', async (table, columns) => {
  const together = columns.map((column) => [column]);
  for (const changed of isLong ? [columns, ...together] : [columns]) {
    for (const suffix of ['', '-wal', '-shm']) rmSync(join(folder, `lab.db${suffix}`), { force: true });
    writeFileSync(join(folder, 'lab.db'), whole);
    const database = new Sqlite(join(folder, 'lab.db'));
    database.pragma('ignore_check_constraints = ON');
    const assignments = changed.map(({ name, type }) => `${name} = ${garbage[type] ?? 'NULL'}`).join(', ');
    const { changes } = database.prepare(`UPDATE ${table} SET ${assignments} LIMIT 1`).run();
    database.close();
    expect(changes, `rows of ${table}`).toBe(1);
    const { lab } = await openTestLab(folder);
    try {
      for (const [name, ask] of Object.entries(questions(lab)))
        await expect(ask(), `${name} after ${table} SET ${assignments}`).resolves.toBeDefined();
      const runs = (await lab.runs({ experimentId: null })).map(({ id }) => id);
      // What is garbage may be the origin of both imported runs, or of one.
      expect(runs).toEqual(expect.arrayContaining(table.endsWith('origin') ? [1, 2] : [2, 4]));
    } finally {
      await lab.close();
    }
  }
});

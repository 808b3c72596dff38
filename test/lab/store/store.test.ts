import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type BetterSqlite3 from 'better-sqlite3';
import { expect, onTestFinished, test } from 'vitest';
import { LabError } from '../../../shared/errors.ts';
import type { Experiment } from '../../../shared/experiment.ts';
import { expand } from '../../../shared/experiment.ts';
import { groupConfigOf } from '../../../shared/runConfig.ts';
import { groupHash } from '../../../src-main/lab/store/groupHash.ts';
import { openStore } from '../../../src-main/lab/store/index.ts';
import { openStoreToRead } from '../../../src-main/lab/store/openToRead.ts';
import type { Store } from '../../../src-main/lab/store/index.ts';
import { esam, experimentOf, sam, sgd } from '../fixtures/configs.ts';
import { migrationsFolder } from '../fixtures/labOptions.ts';
import { temporaryFolder } from '../fixtures/labs.ts';
import { environmentOf, epochOf, stepOf } from '../fixtures/metrics.ts';
import { selfTestOf } from '../fixtures/selfTests.ts';

const Sqlite = createRequire(import.meta.url)('better-sqlite3') as typeof BetterSqlite3;

const open = async (folder: string, migrations = migrationsFolder): Promise<Store> => {
  const store = await openStore(folder, migrations);
  onTestFinished(() => store.close());
  return store;
};

const add = (store: Store, experiment: Experiment) => store.write.addExperiment(experiment, expand(experiment));

/** A workspace with one run of one epoch, closed. */
const usedWorkspace = async (): Promise<string> => {
  const folder = temporaryFolder();
  const store = await openStore(folder, migrationsFolder);
  add(store, experimentOf());
  store.write.start(1);
  store.write.epoch(1, epochOf(1), false);
  store.close();
  return folder;
};

test('what was written is read back exactly, also after the store was closed', async () => {
  const folder = temporaryFolder();
  const first = await openStore(folder, migrationsFolder);
  const experiment = experimentOf({ arms: [sgd, sam, esam], seeds: [0, 0xffffffff] });
  add(first, experiment);
  first.write.start(1);
  first.write.epoch(1, epochOf(1, { trainLoss: null }), false);
  first.write.epoch(1, epochOf(2, { imagesPerSecond: null, testAccuracy: 1 / 3 }), false);
  first.write.steps(1, [
    { metrics: stepOf(10), nonFinite: false },
    { metrics: stepOf(20, { gradientNorm: null }), nonFinite: true },
  ]);
  first.close();

  const { read } = await open(folder);
  expect(read.experiment(1)).toEqual(experiment);
  expect(read.runs.all().map(({ config }) => config)).toEqual(expand(experiment));
  expect(read.epochs(1)).toEqual([
    epochOf(1, { trainLoss: null }),
    epochOf(2, { imagesPerSecond: null, testAccuracy: 1 / 3 }),
  ]);
  expect(read.detail(1)?.steps).toEqual([stepOf(10), stepOf(20, { gradientNorm: null })]);
  const database = new Sqlite(join(folder, 'lab.db'), { readonly: true });
  const flags = (table: string) => database.prepare(`SELECT non_finite FROM ${table}`).pluck().all();
  expect([flags('epoch'), flags('step')]).toEqual([
    [1, 0],
    [0, 1],
  ]);
  database.close();
});

test('the peak memory of a run is its largest epoch’s, and its environment is read back', async () => {
  const folder = temporaryFolder();
  const first = await openStore(folder, migrationsFolder);
  add(first, experimentOf({ seeds: [0, 1] }));
  first.write.start(1);
  [7e9, 9e9, 8e9].forEach((bytes, index) => first.write.epoch(1, epochOf(index + 1, { peakStepBytes: bytes }), false));
  for (const oneDnn of [true, false, null]) {
    first.write.environment(1, environmentOf({ oneDnn }));
    expect(first.read.environment(1)).toEqual(environmentOf({ oneDnn }));
  }
  expect(() => first.write.epoch(1, epochOf(4, { peakStepBytes: -1 }), false)).toThrow(/CHECK/);
  first.close();
  const { read } = await open(folder);
  expect(read.epochs(1).map(({ peakStepBytes }) => peakStepBytes)).toEqual([7e9, 9e9, 8e9]);
  expect(read.runs.all().map(({ peakStepBytes }) => peakStepBytes)).toEqual([9e9, null]);
});

test('what was measured before peak memory, oneDNN and measurements were noted stays, and says that it does not know', async () => {
  const folder = temporaryFolder();
  const former = ['0001-runs.sql', '0002-checkpoints.sql', '0003-device-probes.sql'];
  const current = await openStore(folder, migrationsFolder);
  add(current, experimentOf());
  current.write.start(1);
  current.write.epoch(1, epochOf(1), false);
  current.write.environment(1, environmentOf());
  current.write.selfTestResult(selfTestOf());
  current.close();
  const database = new Sqlite(join(folder, 'lab.db'));
  // The same rows in the tables of version 3.
  database.pragma('foreign_keys = OFF');
  database.exec('ALTER TABLE self_test RENAME TO device_probe');
  for (const table of ['epoch', 'environment', 'device_probe'])
    database.exec(`ALTER TABLE ${table} RENAME TO new_${table}`);
  const statements = former.flatMap((name) => readFileSync(join(migrationsFolder, name), 'utf8').split(';'));
  const isOf = (table: string) => (sql: string) => new RegExp(`(CREATE|ALTER) TABLE ${table}\\b`).test(sql);
  for (const table of ['epoch', 'environment', 'device_probe']) {
    statements.filter(isOf(table)).forEach((sql) => database.exec(sql));
    const columns = database.prepare('SELECT name FROM pragma_table_info(?)').pluck().all(table).join(', ');
    database.exec(`INSERT INTO ${table} SELECT ${columns} FROM new_${table}; DROP TABLE new_${table}`);
  }
  database.exec('CREATE INDEX device_probe_by_machine ON device_probe (cpu_model, cpu_cores, engine, precision)');
  database.exec(
    'DROP TABLE measurement; DROP TABLE analysis_row; DROP TABLE analysis; DROP TABLE speed_origin; DROP TABLE speed_measurement',
  );
  database.exec(
    'DROP TABLE arriving; ALTER TABLE run DROP COLUMN doubt; ALTER TABLE run DROP COLUMN others_busy_cores; DROP TABLE run_view; DROP TABLE cluster_job; ALTER TABLE run DROP COLUMN wanted_place; ALTER TABLE run DROP COLUMN place; DROP TABLE setting; DROP TABLE annotation; DROP TABLE trained_in; DROP TABLE run_origin; DROP TABLE experiment_origin; DROP TABLE origin; DROP TABLE lab_identity; DROP TABLE checksum; DROP TABLE run_summary; DROP INDEX run_by_queue; DROP INDEX run_in_trash; DROP INDEX run_running; CREATE INDEX run_by_state ON run (state)',
  );
  database.pragma('user_version = 3');
  database.close();

  const expected = [epochOf(1, { peakStepBytes: null, measurements: {} })];
  const stored = readFileSync(join(folder, 'lab.db'));
  const refusal = new LabError('WORKSPACE_UNWRITABLE', 'Only to look at.');
  const looked = await openStoreToRead(folder, migrationsFolder, refusal);
  expect(looked.read.epochs(1)).toEqual(expected);
  expect(() => looked.write.start(1)).toThrow(refusal);
  expect(() => looked.write.analyses.requeue()).toThrow(refusal);
  looked.close();
  expect(readFileSync(join(folder, 'lab.db'))).toEqual(stored);

  const { read, write } = await open(folder);
  expect(read.epochs(1)).toEqual(expected);
  expect(read.environment(1)).toEqual(environmentOf({ oneDnn: null }));
  expect(read.selfTestResults(selfTestOf())).toEqual([selfTestOf({ oneDnn: null })]);
  expect(read.runs.one(1)?.peakStepBytes).toBeNull();
  write.epoch(1, epochOf(2), false);
  expect(read.epochs(1)[1]).toEqual(epochOf(2));
});

test('of self-tests the newest of each engine and precision is read, for machines of one kind', async () => {
  const folder = temporaryFolder();
  const first = await openStore(folder, migrationsFolder);
  const newest = selfTestOf({ gpu: 'A GPU', gpuMemoryBytes: 8e9, gradientDeviation: null });
  const half = selfTestOf({ precision: 'bfloat16', device: 'GPU' });
  const elsewhere = selfTestOf({ cpuCores: 4 });
  for (const selfTest of [selfTestOf(), half, newest, elsewhere]) first.write.selfTestResult(selfTest);
  first.close();
  const { read } = await open(folder);
  expect(read.selfTestResults({ cpuModel: 'A processor', cpuCores: 2 })).toEqual([newest, half]);
  expect(read.selfTestResults({ cpuModel: 'A processor', cpuCores: 4 })).toEqual([elsewhere]);
  expect(read.selfTestResults({ cpuModel: 'Another', cpuCores: 2 })).toEqual([]);
});

test('runs that differ only in seed are one group, whatever the order of their keys', () => {
  const [a, b] = expand(experimentOf({ seeds: [1, 2] })).map(groupConfigOf);
  if (a === undefined || b === undefined) throw new Error('two runs expected');
  expect(groupHash(a)).toBe(groupHash(b));
  expect(groupHash(Object.fromEntries(Object.entries(a).reverse()) as typeof a)).toBe(groupHash(a));
  expect(groupHash({ ...a, batchSize: a.batchSize + 1 })).not.toBe(groupHash(a));
});

test.each(['interval', 'nesterov', 'decayNormAndBias'])(
  'runs from before %s existed join the group that trains as they did',
  async (setting) => {
    const folder = temporaryFolder();
    const first = await openStore(folder, migrationsFolder);
    add(first, experimentOf({ arms: [sam] }));
    first.close();
    const database = new Sqlite(join(folder, 'lab.db'));
    const { config } = database.prepare('SELECT config FROM run').get() as { config: string };
    const older = config.replace(new RegExp(`"${setting}":[^,}]+,`), '');
    expect(older).not.toBe(config);
    database.prepare('UPDATE run SET config = ?, group_hash = ?').run(older, '0'.repeat(64));
    database.close();

    const store = await open(folder);
    add(store, experimentOf({ arms: [sam], seeds: [1] }));
    expect(new Set(store.read.runs.all().map((run) => run.groupHash)).size).toBe(1);
  },
);

test('many steps are thinned evenly to at most 2,000', async () => {
  const store = await open(temporaryFolder());
  add(store, experimentOf());
  store.write.start(1);
  store.write.steps(
    1,
    Array.from({ length: 4500 }, (_, index) => ({ metrics: stepOf(index + 1), nonFinite: false })),
  );
  const steps = store.read.detail(1)?.steps.map(({ step }) => step) ?? [];
  expect(steps).toEqual(Array.from({ length: 1500 }, (_, index) => 1 + 3 * index));
});

test('a run changes only along its life, and only ended runs go to the trash', async () => {
  const store = await open(temporaryFolder());
  add(store, experimentOf({ seeds: [0, 1] }));
  const refused = { code: 'RUN_STATE' };
  expect(() => store.write.end(1, 'finished', null)).toThrow(expect.objectContaining(refused));
  expect(() => store.write.setDeleted([1], true)).toThrow(expect.objectContaining(refused));
  store.write.start(1);
  expect(() => store.write.start(1)).toThrow(expect.objectContaining(refused));
  store.write.end(1, 'finished', null);
  expect(() => store.write.end(1, 'failed', 'again')).toThrow(expect.objectContaining(refused));
  expect(() => store.write.start(9)).toThrow(expect.objectContaining({ code: 'RUN_NOT_FOUND' }));
  const { groupHash: hash = '' } = store.read.runs.one(1) ?? {};
  expect(store.read.runs.finishedRunId(hash, 0)).toBe(1);
  store.write.setDeleted([1], true);
  expect(store.read.runs.finishedRunId(hash, 0)).toBeNull();
  expect(store.read.runs.all().map(({ id }) => id)).toEqual([2]);
  store.write.setDeleted([1], false);
  expect(store.read.runs.all().map(({ id }) => id)).toEqual([1, 2]);
});

test('the database itself refuses what no schema would let through', async () => {
  const store = await open(temporaryFolder());
  add(store, experimentOf());
  store.write.start(1);
  expect(() => store.write.epoch(1, epochOf(1, { testAccuracy: 1.5 }), false)).toThrow(/CHECK/);
  expect(() => store.write.epoch(7, epochOf(1), false)).toThrow(/FOREIGN KEY/);
  store.write.epoch(1, epochOf(1), false);
  expect(() => store.write.epoch(1, epochOf(1), false)).toThrow(/UNIQUE/);
  expect(store.read.epochs(1)).toHaveLength(1);
});

test('whatever is written makes another version of what is read, but for what a window keeps', async () => {
  const { read, write } = await open(temporaryFolder());
  const { version } = read;
  const before = version();
  write.settingOfWindow('window.view', '/compare');
  write.settingOfWindow('window.view', '/runs');
  expect(version()).toBe(before);
  expect(read.settingsUnder('window.')).toEqual([{ name: 'view', value: '/runs' }]);
  write.setting('checkpoints', 'all');
  const after = version();
  expect(after).not.toBe(before);
  write.settingOfWindow('window.view', '/live');
  expect(version()).toBe(after);
});

test('a second opening is refused while the first lasts', async () => {
  const folder = temporaryFolder();
  const first = await open(folder);
  await expect(openStore(folder, migrationsFolder)).rejects.toMatchObject({ code: 'WORKSPACE_BUSY' });
  add(first, experimentOf());
  first.close();
  expect((await open(folder)).read.runs.all()).toHaveLength(1);
});

const header = (bytes: Buffer, offset: number, value: number): Buffer => {
  const copy = Buffer.from(bytes);
  copy.writeUInt32BE(value, offset);
  return copy;
};

test.each([
  { what: 'newer', damage: (bytes: Buffer) => header(bytes, 60, 99), code: 'WORKSPACE_NEWER' },
  { what: 'foreign', damage: (bytes: Buffer) => header(bytes, 68, 0), code: 'WORKSPACE_FOREIGN' },
  { what: 'empty', damage: () => Buffer.alloc(0), code: 'WORKSPACE_DAMAGED' },
  { what: 'truncated', damage: (bytes: Buffer) => bytes.subarray(0, bytes.length / 2), code: 'WORKSPACE_DAMAGED' },
  { what: 'barely begun', damage: (bytes: Buffer) => bytes.subarray(0, 60), code: 'WORKSPACE_DAMAGED' },
  { what: 'overwritten', damage: () => Buffer.from('<html>not found</html>'.repeat(500)), code: 'WORKSPACE_DAMAGED' },
  {
    what: 'garbled',
    damage: (bytes: Buffer) => Buffer.concat([bytes.subarray(0, 4096), Buffer.alloc(bytes.length - 4096, 0xa5)]),
    code: 'WORKSPACE_DAMAGED',
  },
])('a database that is $what is refused and left as it is', async ({ damage, code }) => {
  const folder = await usedWorkspace();
  const file = join(folder, 'lab.db');
  const bytes = damage(readFileSync(file));
  writeFileSync(file, bytes);
  const before = readdirSync(folder).sort();
  const refusal = await openStore(folder, migrationsFolder).catch((error: unknown) => error);
  expect(refusal).toMatchObject({ name: 'LabError', code });
  expect(String(refusal)).not.toContain(folder);
  expect(readFileSync(file).equals(bytes)).toBe(true);
  expect(readdirSync(folder).sort()).toEqual(before);
});

test('an empty file alone in a folder is lost data, not a first start', async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'lab.db'), '');
  await expect(openStore(folder, migrationsFolder)).rejects.toMatchObject({ code: 'WORKSPACE_DAMAGED' });
});

test.each([
  ['gone', (file: string) => renameSync(file, `${file}.elsewhere`)],
  [
    'a link to nowhere',
    (file: string) => {
      renameSync(file, `${file}.elsewhere`);
      symlinkSync(join(file, '..', 'nowhere', 'lab.db'), file);
    },
  ],
])('a database that is %s while checkpoints are there is lost data, not a first start', async (_what, lose) => {
  const folder = await usedWorkspace();
  mkdirSync(join(folder, 'checkpoints', '1'), { recursive: true });
  writeFileSync(join(folder, 'checkpoints', '1', 'epoch-0001-step-00000003.ckpt'), 'weights');
  lose(join(folder, 'lab.db'));
  const before = readdirSync(folder, { recursive: true }).map(String).sort();
  await expect(openStore(folder, migrationsFolder)).rejects.toMatchObject({
    code: 'WORKSPACE_DAMAGED',
    message: expect.stringContaining('Nothing was changed') as string,
  });
  expect(readdirSync(folder, { recursive: true }).map(String).sort()).toEqual(before);
});

test('a workspace that is a file, or lies below one, cannot be written', async () => {
  const file = join(temporaryFolder(), 'file');
  writeFileSync(file, '');
  await expect(openStore(file, migrationsFolder)).rejects.toMatchObject({ code: 'WORKSPACE_UNWRITABLE' });
  await expect(openStore(join(file, 'below'), migrationsFolder)).rejects.toMatchObject({
    code: 'WORKSPACE_UNWRITABLE',
  });
});

// Node's own mkdir, told to make the folders above, would try for ever.
test.skipIf(process.platform !== 'linux')('a workspace where no folder can be made is refused', async () => {
  for (const folder of ['/proc/workspace', '/proc/far/below']) {
    await expect(openStore(folder, migrationsFolder)).rejects.toMatchObject({ code: 'WORKSPACE_UNWRITABLE' });
  }
});

test('a first start that was cut short leaves nothing in the way of the next', async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'lab.db.part'), 'half a database');
  expect((await open(folder)).read.runs.all()).toEqual([]);
});

/** Our migrations and one more. */
const migrationsWith = (sql: string): string => {
  const folder = temporaryFolder();
  cpSync(migrationsFolder, folder, { recursive: true });
  const next = String(readdirSync(migrationsFolder).length + 1).padStart(4, '0');
  writeFileSync(join(folder, `${next}-test.sql`), sql);
  return folder;
};

test('a migration keeps a whole backup; the older lab then refuses, and the backup leads back', async () => {
  const folder = await usedWorkspace();
  const migrations = migrationsWith('ALTER TABLE run ADD COLUMN note TEXT;');
  const migrated = await openStore(folder, migrations);
  expect(migrated.read.epochs(1)).toEqual([epochOf(1)]);
  migrated.close();
  const backups = readdirSync(join(folder, 'backups'));
  expect(backups).toHaveLength(1);
  await expect(openStore(folder, migrationsFolder)).rejects.toMatchObject({ code: 'WORKSPACE_NEWER' });

  truncateSync(join(folder, 'lab.db'), 0);
  const refusal = await openStore(folder, migrations).catch(String);
  expect(refusal).toContain(`backups/${backups[0] ?? ''}`);
  cpSync(join(folder, 'backups', backups[0] ?? ''), join(folder, 'lab.db'));
  expect((await open(folder)).read.epochs(1)).toEqual([epochOf(1)]);
});

test('a migration that fails changes nothing', async () => {
  const folder = await usedWorkspace();
  const migrations = migrationsWith('ALTER TABLE run ADD COLUMN note TEXT; INSERT INTO nowhere VALUES (1);');
  await expect(openStore(folder, migrations)).rejects.toThrow(/nowhere/);
  expect((await open(folder)).read.epochs(1)).toEqual([epochOf(1)]);
});

test('a first start makes no backup', async () => {
  const folder = temporaryFolder();
  await open(folder);
  expect(existsSync(join(folder, 'backups'))).toBe(false);
});

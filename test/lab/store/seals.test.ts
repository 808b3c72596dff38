import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type BetterSqlite3 from 'better-sqlite3';
import { expect, onTestFinished, test, vi } from 'vitest';
import { LabError } from '../../../shared/errors.ts';
import { expand } from '../../../shared/experiment.ts';
import { curveMetrics, everyGroup, isMeasurement } from '../../../shared/result.ts';
import { openLabToRead } from '../../../src-main/lab/service.ts';
import { columnsOfCurve, digestsOf } from '../../../src-main/lab/store/epochColumns.ts';
import { openStore } from '../../../src-main/lab/store/index.ts';
import type { Store } from '../../../src-main/lab/store/index.ts';
import { exportTo, importFrom, openWorkspace } from '../bundles/stores.ts';
import { experimentOf } from '../fixtures/configs.ts';
import { labOptions, migrationsFolder } from '../fixtures/labOptions.ts';
import { openTestLab, temporaryFolder } from '../fixtures/labs.ts';
import { epochOf } from '../fixtures/metrics.ts';

const Sqlite = createRequire(import.meta.url)('better-sqlite3') as typeof BetterSqlite3;

const open = async (folder: string): Promise<Store> => {
  const store = await openStore(folder, migrationsFolder);
  onTestFinished(() => store.close());
  return store;
};
/** Adds a run, which starts and ends so many epochs. */
const addRun = ({ write }: Store, epochs: number, seed = 1): number => {
  const experiment = experimentOf({ seeds: [seed] });
  const [id = 0] = write.addExperiment(experiment, expand(experiment)).runIds;
  write.start(id);
  for (let epoch = 1; epoch <= epochs; epoch++) addEpoch(write, id, epoch);
  return id;
};
const addEpoch = (write: Store['write'], id: number, epoch: number): void =>
  write.epoch(id, epochOf(epoch, { testAccuracy: epoch / 10, testLoss: epoch === 2 ? null : 0.5 }), false);

/** Writes or reads behind the lab's back, as a bad disk would. */
const inFile = (folder: string, sql: string): unknown[] => {
  const database = new Sqlite(join(folder, 'lab.db'));
  database.pragma('ignore_check_constraints = ON');
  const statement = database.prepare(sql);
  const rows = statement.reader ? statement.all() : [statement.run()];
  database.close();
  return rows;
};
const sealOf = (folder: string, id: number): unknown =>
  inFile(folder, `SELECT columns_sha256 AS seal FROM checksum WHERE run_id = ${String(id)} AND epoch = 0`)[0];
const unsealed = { seal: null };
const withoutSeals = 'UPDATE checksum SET columns_sha256 = NULL';

/** A closed workspace whose one run has finished three epochs. */
const finishedRun = async (): Promise<string> => {
  const folder = temporaryFolder();
  const store = await openStore(folder, migrationsFolder);
  store.write.end(addRun(store, 3), 'finished', null);
  store.close();
  return folder;
};

const columns = [
  ...['learning_rate', 'train_loss', 'train_accuracy', 'test_loss', 'test_accuracy', 'images_per_second', 'steps'],
  ...['images', 'train_ms', 'evaluation_ms', 'active_ms', 'steps_perturbed', 'perturbed_tensor_share', 'non_finite'],
  ...['kept_example_share', 'peak_step_bytes'],
];

const ofAnyCurve = ['epoch', 'active_ms', 'evaluation_ms'];
const measurements = Object.keys(epochOf(1, {}).measurements).map((name) => `measurement.${name}`);
test.each<[string, string[]]>([
  ...columns.map((column): [string, string[]] => [
    `UPDATE epoch SET ${column} = coalesce(${column}, 0) + 1 WHERE epoch = 2`,
    [column],
  ]),
  ['UPDATE epoch SET train_loss = NULL WHERE epoch = 3', ['train_loss']],
  ['UPDATE epoch SET test_loss = 0 WHERE epoch = 2', ['test_loss']], // which had not been finite
  ['UPDATE epoch SET epoch = 7 WHERE epoch = 3', ofAnyCurve],
  ['DELETE FROM epoch WHERE epoch = 1', ofAnyCurve],
  [`UPDATE measurement SET value = value + 1e-15 WHERE name = 'samGap' AND epoch = 2`, ['measurement.samGap']],
  [`UPDATE measurement SET value = NULL WHERE name = 'samGap' AND epoch = 2`, ['measurement.samGap']],
  [
    `UPDATE measurement SET name = 'cosine' WHERE name = 'samGap' AND epoch = 2`,
    ['measurement.samGap', 'measurement.cosine'],
  ],
  ['DELETE FROM measurement WHERE epoch = 3', measurements],
  ['DELETE FROM measurement', measurements],
])('"%s" is found, said, and left out of every curve that would show it', async (damage, damaged) => {
  const folder = await finishedRun();
  const whole = await openStore(folder, migrationsFolder);
  const before = new Map(curveMetrics.map((metric) => [metric, whole.read.curve(1, metric)]));
  whole.close();
  inFile(folder, damage);
  for (const [sql, isSealed] of [
    ['SELECT 1', true],
    [withoutSeals, false], // then nothing tells which of an epoch's values has changed
  ] as const) {
    inFile(folder, sql);
    const store = await openStore(folder, migrationsFolder);
    for (const metric of curveMetrics) {
      const isDamaged = !isSealed || columnsOfCurve(metric).some((column) => damaged.includes(column));
      expect(store.read.curve(1, metric)).toEqual(isDamaged ? [] : before.get(metric));
    }
    expect(store.read.detail(1)?.damages).toEqual([
      expect.stringMatching(/holds of epoch [123].* of this run .* left out of the curves of groups/),
    ]);
    expect(store.read.takeUnsealed()).toEqual([]); // what is damaged is never sealed
    store.close();
  }
});

test('a damaged seal is none: each epoch is looked at', async () => {
  const folder = await finishedRun();
  for (const seal of ['{"epoch":', '[]', '7', '{"epoch":"another"}']) {
    inFile(folder, `UPDATE checksum SET columns_sha256 = '${seal}' WHERE epoch = 0`);
    const store = await openStore(folder, migrationsFolder);
    expect(store.read.curve(1, 'testAccuracy')).toHaveLength(3);
    store.close();
  }
});

test('what changes in the file while the lab is open is found at the next curve of a sealed run', async () => {
  const folder = await finishedRun();
  const { read } = await open(folder);
  expect(read.curve(1, 'testAccuracy')).toHaveLength(3);
  inFile(folder, 'UPDATE epoch SET test_accuracy = 0.99 WHERE epoch = 2');
  expect(read.curve(1, 'testAccuracy')).toEqual([]);
  expect(read.detail(1)?.damages.join()).toContain('epoch 2');
});

test('a curve has the epochs as they were stored, sealed or not', async () => {
  const folder = await finishedRun();
  for (const sql of ['SELECT 1', withoutSeals]) {
    inFile(folder, sql);
    const store = await openStore(folder, migrationsFolder);
    const epochs = store.read.epochs(1);
    expect(epochs.map(({ testLoss }) => testLoss)).toEqual([0.5, null, 0.5]);
    for (const metric of curveMetrics) {
      const values = epochs.map((each) => (isMeasurement(metric) ? (each.measurements[metric] ?? null) : each[metric]));
      // An epoch's evaluation takes 50 ms, and its training 2 s.
      const expected = values.map((value, index) => {
        const [epoch, activeMs] = [index + 1, 2000 * (index + 1)];
        return { epoch, activeMs, wallMs: activeMs + 50 * epoch, value };
      });
      expect(store.read.curve(1, metric)).toEqual(expected);
    }
    store.close();
  }
});

test('a seal is of the values of each column that holds anything, and stands for a look at each epoch', async () => {
  const folder = await finishedRun();
  const rows = inFile(
    folder,
    `SELECT epoch.*, (SELECT value FROM measurement AS m WHERE m.run_id = 1 AND m.epoch = epoch.epoch AND name = 'samGap') AS "measurement.samGap",
      (SELECT value FROM measurement AS m WHERE m.run_id = 1 AND m.epoch = epoch.epoch AND name = 'equation9') AS "measurement.equation9"
     FROM epoch ORDER BY epoch`,
  ) as Record<string, number | null>[];
  const names = Object.keys(rows[0] ?? {}).filter((name) => name !== 'run_id');
  const expected = names.map((name) => {
    const values = Float64Array.from(rows, (row) => row[name] ?? NaN);
    return [name, createHash('sha256').update(values).digest('hex').slice(0, 32)];
  });
  const { seal } = sealOf(folder, 1) as { seal: string };
  expect(JSON.parse(seal)).toEqual(Object.fromEntries(expected));
  inFile(folder, `UPDATE checksum SET sha256 = 'another' WHERE epoch = 2`);
  const { read } = await open(folder);
  expect(read.curve(1, 'testAccuracy')).toHaveLength(3);
  expect(read.takeUnsealed()).toEqual([]);
});

test('a column of a later version, in which nothing is, changes no seal', () => {
  const columns = new Map([['epoch', Float64Array.of(1, 2)]]);
  const digests = digestsOf(columns);
  expect(digestsOf(columns.set('a_later_one', Float64Array.of(NaN, NaN)))).toEqual(digests);
  expect(digestsOf(columns.set('a_later_one', Float64Array.of(NaN, 0)))).toEqual({
    ...digests,
    a_later_one: expect.any(String) as string,
  });
});

test('times of phases are in no curve: damaged ones are said, and the curve of a sealed run stays', async () => {
  const folder = await finishedRun();
  inFile(folder, 'UPDATE phase_time SET ms = ms + 1 WHERE epoch = 2');
  const { read } = await open(folder);
  expect(read.curve(1, 'testAccuracy')).toHaveLength(3);
  expect(read.detail(1)?.damages).toEqual([
    expect.stringMatching(/holds of epoch 2 of .* What the curves of groups show of it is whole/),
  ]);
});

test('a run is sealed when it ends, not before; an epoch more breaks the seal, and its next end makes the one of a run that never stopped', async () => {
  const folder = temporaryFolder();
  const store = await open(folder);
  const { write } = store;
  const [never, stopped] = [addRun(store, 3), addRun(store, 2, 2)];
  expect(sealOf(folder, never)).toEqual(unsealed);
  write.end(never, 'finished', null);
  write.end(stopped, 'stopped', null);
  const first = sealOf(folder, stopped);
  expect(first).not.toEqual(unsealed);
  expect(first).not.toEqual(sealOf(folder, never));
  write.resume([stopped]);
  write.start(stopped);
  expect(sealOf(folder, stopped)).toEqual(first);
  addEpoch(write, stopped, 3);
  expect(sealOf(folder, stopped)).toEqual(unsealed);
  write.end(stopped, 'finished', null);
  expect(sealOf(folder, stopped)).toEqual(sealOf(folder, never));
});

test('a run that extends a finished one is sealed at its own end', async () => {
  const folder = await finishedRun();
  const { read, write } = await open(folder);
  const [config] = expand(experimentOf({ seeds: [2] }));
  if (config === undefined) throw new Error('one run expected');
  const { runId } = write.addExtension(experimentOf({ name: 'Longer' }), config, 1, () => []);
  expect(sealOf(folder, runId)).toEqual(unsealed);
  write.start(runId);
  addEpoch(write, runId, 4);
  write.end(runId, 'finished', null);
  expect(sealOf(folder, runId)).not.toEqual(unsealed);
  expect(read.curve(runId, 'testAccuracy').map(({ value }) => value)).toEqual([0.1, 0.2, 0.3, 0.4]);
  expect(read.takeUnsealed()).toEqual([]);
});

test('what was damaged before the run has ended is not sealed', async () => {
  const folder = temporaryFolder();
  const store = await open(folder);
  const id = addRun(store, 3);
  expect(store.read.curve(id, 'testAccuracy')).toHaveLength(3); // each epoch was whole when it was looked at last
  inFile(folder, 'UPDATE epoch SET test_accuracy = 0.99 WHERE epoch = 1');
  store.write.end(id, 'finished', null);
  expect(sealOf(folder, id)).toEqual(unsealed);
});

test('a run out of a bundle has the seal that it went in with', async () => {
  const workspace = await openWorkspace(temporaryFolder());
  const elsewhere = await openWorkspace(temporaryFolder());
  onTestFinished(() => [workspace, elsewhere].forEach(({ store }) => store.close()));
  workspace.store.write.end(addRun(workspace.store, 3), 'finished', null);
  const file = join(temporaryFolder(), 'x.esamlab');
  await exportTo(workspace, file);
  await importFrom(elsewhere, file);
  expect(sealOf(elsewhere.folder, 1)).toEqual(sealOf(workspace.folder, 1));
  expect(sealOf(elsewhere.folder, 1)).not.toEqual(unsealed);
});

test('runs of a former version of the lab are sealed after their first curves, where they are whole and the lab may write', async () => {
  const folder = await finishedRun();
  const store = await openStore(folder, migrationsFolder);
  store.write.end(addRun(store, 3, 2), 'finished', null);
  store.close();
  inFile(folder, withoutSeals);
  inFile(folder, 'UPDATE epoch SET test_accuracy = 0.99 WHERE run_id = 1 AND epoch = 2');
  const wish = { query: everyGroup, metric: 'testAccuracy', axis: 'epoch', relativeTo: null } as const;
  const beside = await openLabToRead(labOptions(folder), new LabError('WORKSPACE_BUSY', 'Only looked at.'));
  const answer = await beside.curves(wish);
  expect(answer.flatMap(({ points }) => points.map(({ n }) => n))).toEqual([1, 1, 1]);
  await beside.close();
  const { lab } = await openTestLab(folder);
  expect(await lab.curves(wish)).toEqual(answer);
  await vi.waitFor(() => expect(sealOf(folder, 2)).not.toEqual(unsealed));
  expect(sealOf(folder, 1)).toEqual(unsealed);
  expect(await lab.curves(wish)).toEqual(answer);
});

test('runs that are older than checksums are drawn as they are', async () => {
  const folder = await finishedRun();
  inFile(folder, 'DELETE FROM checksum');
  const { read, write } = await open(folder);
  expect(read.curve(1, 'testAccuracy')).toHaveLength(3);
  write.sealTogether([1]);
  expect(read.takeUnsealed()).toEqual([]);
});

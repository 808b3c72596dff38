import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type BetterSqlite3 from 'better-sqlite3';
import { expect, onTestFinished, test } from 'vitest';
import { expand } from '../../../shared/experiment.ts';
import type { Experiment } from '../../../shared/experiment.ts';
import { everyGroup } from '../../../shared/result.ts';
import { canonicalJson } from '../../../shared/runConfig.ts';
import type { RunConfig } from '../../../shared/runConfig.ts';
import { openStore } from '../../../src-main/lab/store/index.ts';
import { experimentOf } from '../fixtures/configs.ts';
import { migrationsFolder } from '../fixtures/labOptions.ts';
import { openTestLab, temporaryFolder, untilEnded } from '../fixtures/labs.ts';
import { epochOf, stepOf } from '../fixtures/metrics.ts';

const Sqlite = createRequire(import.meta.url)('better-sqlite3') as typeof BetterSqlite3;

/** What the finished runs of `usedWorkspace` reached: unlike any other number in the file. */
const accuracy = 0.6424071;

/** A workspace of two experiments with two runs each; of the first two three epochs, the last of them unlike all else; closed. */
const usedWorkspace = async (): Promise<string> => {
  const folder = temporaryFolder();
  const store = await openStore(folder, migrationsFolder);
  for (const name of ['First', 'Second']) {
    const experiment = experimentOf({ name, seeds: [name.length, 7 + name.length] });
    store.write.addExperiment(experiment, expand(experiment));
  }
  for (const id of [1, 2]) {
    store.write.start(id);
    store.write.steps(id, [{ metrics: stepOf(1), nonFinite: false }]);
    for (const epoch of [1, 2, 3]) {
      store.write.epoch(
        id,
        epochOf(epoch, { testAccuracy: id === 1 && epoch === 3 ? accuracy : 0.5 + id / 64 }),
        false,
      );
    }
    store.write.log(id, { at: '2026-01-01T00:00:00.000Z', level: 'info', text: 'a line' });
    store.write.end(id, 'finished', null);
  }
  store.close();
  return folder;
};

const configOf = (experiment: Experiment): RunConfig => {
  const [config] = expand(experiment);
  if (config === undefined) throw new Error('one run expected');
  return config;
};

/** Changes the database behind the lab's back, as a newer version or a bad disk would. */
const change = (folder: string, sql: string): void => {
  const database = new Sqlite(join(folder, 'lab.db'));
  database.pragma('ignore_check_constraints = ON');
  database.pragma('foreign_keys = OFF');
  database.exec(sql);
  database.close();
};
const dump = (folder: string): unknown => {
  const database = new Sqlite(join(folder, 'lab.db'), { readonly: true });
  const tables = ['run', 'experiment', 'epoch', 'step', 'log_line', 'checkpoint', 'environment', 'checksum'];
  const rows = tables.map((table) => database.prepare(`SELECT * FROM ${table}`).all());
  database.close();
  return rows;
};

/** Of a group in which nobody else's configuration is understood. */
const alone = 'a'.repeat(64);

test.each([
  {
    what: 'a setting of a newer version',
    sql: `UPDATE run SET config = json_set(config, '$.optimizer.warp', 9), group_hash = '${alone}' WHERE id = 1`,
    said: 'Run 1 is left out, and stays in the database as it is: this version of the lab does not understand its setting "optimizer.warp"',
  },
  {
    what: 'an invalid value',
    sql: `UPDATE run SET config = json_set(config, '$.batchSize', -1), group_hash = '${alone}' WHERE id = 1`,
    said: '"batchSize"',
  },
  {
    what: 'no JSON',
    sql: `UPDATE run SET config = '{', group_hash = '${alone}' WHERE id = 1`,
    said: 'Run 1 is left out',
  },
  { what: 'an unknown state', sql: `UPDATE run SET state = 'paused' WHERE id = 1`, said: '"state"' },
])('a run with $what is said and left out; the rest works, and nothing is rewritten', async ({ sql, said }) => {
  const folder = await usedWorkspace();
  change(folder, sql);
  const before = dump(folder);
  const { lab } = await openTestLab(folder);
  expect((await lab.leftOut({})).filter((notice) => notice.includes(said))).toHaveLength(1);
  expect((await lab.runs({ experimentId: null })).map(({ id }) => id)).toContain(2);
  expect((await lab.run({ runId: 2 })).epochs).toHaveLength(3);
  await expect(lab.run({ runId: 1 })).rejects.toMatchObject({ code: 'RUN_NOT_UNDERSTOOD' });
  expect((await lab.results(everyGroup)).rows.flatMap(({ runIds }) => runIds)).toContain(2);
  expect((await untilEnded(lab, 4)).state).toBe('finished'); // what waited was trained
  await lab.close();
  const rows = (all: unknown): unknown[] => (all as unknown[][])[0]?.slice(0, 1) ?? [];
  expect(rows(dump(folder))).toEqual(rows(before));
});

test.each([
  `UPDATE experiment SET definition = json_set(definition, '$.shared.novelty', 1) WHERE id = 1`,
  `UPDATE experiment SET definition = 'x' WHERE id = 1`,
  `UPDATE step SET batch_examples = -3 WHERE run_id = 1`,
  `UPDATE log_line SET level = 'loud' WHERE run_id = 1`,
  `UPDATE epoch SET train_accuracy = 7 WHERE run_id = 1 AND epoch = 2`,
  `INSERT INTO phase_time VALUES (1, 1, 0, 'daydream', 3.0)`,
  `INSERT INTO arriving VALUES (1)`, // that its runs are still being queued, which have been trained
  `INSERT INTO arriving VALUES (2); INSERT INTO annotation VALUES (3, '[]', 'of a run that is said to arrive', 0, 0)`,
  `INSERT INTO checkpoint VALUES (1, '../../evil', 1, 0, 1, 1, '${'0'.repeat(64)}')`,
])('after "%s" the workspace opens, and the run is shown without that row', async (sql) => {
  const folder = await usedWorkspace();
  change(folder, sql);
  const { lab } = await openTestLab(folder);
  const { run, epochs } = await lab.run({ runId: 1 });
  expect(run.state).toBe('finished');
  expect(epochs.length).toBeGreaterThanOrEqual(2);
  await lab.leftOut({});
  expect((await lab.experiments({})).map(({ id }) => id)).toContain(2);
  expect((await lab.results(everyGroup)).rows.length).toBeGreaterThan(0);
});

test('one flipped bit of an accuracy in the file is said at its run, and published nowhere', async () => {
  const folder = await usedWorkspace();
  const file = join(folder, 'lab.db');
  const bytes = readFileSync(file);
  const wanted = Buffer.alloc(8);
  wanted.writeDoubleBE(accuracy); // as SQLite stores it
  const places: number[] = [];
  for (let at = bytes.indexOf(wanted); at >= 0; at = bytes.indexOf(wanted, at + 1)) places.push(at);
  expect(places.length).toBeGreaterThanOrEqual(3); // in the epoch, and in the summary as the best and as the last
  for (const place of places) {
    const flipped = Buffer.from(bytes);
    flipped[place + 2] = (flipped[place + 2] ?? 0) ^ 0x10;
    writeFileSync(file, flipped);
    const { lab } = await openTestLab(folder);
    const { damages } = await lab.run({ runId: 1 });
    expect(damages.join()).toMatch(
      /What the workspace holds of (epoch 3|the summary) of this run is not what was stored/,
    );
    expect((await lab.run({ runId: 2 })).damages).toEqual([]);
    const { rows } = await lab.results(everyGroup);
    const published = rows.filter(({ runIds }) => runIds.includes(1)).map((row) => row.lastTestAccuracy.mean);
    // A flip in the epoch leaves the summary as it was, which is what the table reads.
    for (const mean of published) expect(mean).toBeCloseTo((accuracy + 0.5 + 2 / 64) / 2, 12);
    const query = { ...everyGroup };
    const points = (await lab.curves({ query, metric: 'testAccuracy', axis: 'epoch', relativeTo: null })).flatMap(
      (curve) => curve.points,
    );
    const isEpoch = damages.join().includes('epoch 3');
    expect(points.find(({ x, n }) => x === 3 && n > 0)?.n).toBe(1); // by the curve or by the group, run 1 is left out
    await lab.close();
    if (isEpoch) continue;
    expect(published).toEqual([]);
    expect(rows.map(({ missingSeeds }) => missingSeeds)).toContainEqual(expect.objectContaining({ damaged: 1 })); // and not without a word
  }
});

test('a run that goes on after a damaged epoch publishes nothing of it, nor does its extension', async () => {
  const folder = await usedWorkspace();
  change(folder, `UPDATE epoch SET test_accuracy = 0.99 WHERE run_id = 1 AND epoch = 2`);
  const store = await openStore(folder, migrationsFolder);
  onTestFinished(() => store.close());
  store.write.epoch(1, epochOf(4), false);
  expect(store.read.detail(1)?.damages.join()).toContain('epoch 2');
  const siblings = [...store.read.runs.ofGroups([store.read.runs.one(1)?.groupHash ?? '']).values()].flat();
  expect(siblings.filter(({ isDamaged }) => isDamaged).map(({ id }) => id)).toEqual([1]);
  const experiment = experimentOf({ name: 'Longer' });
  const { runId } = store.write.addExtension(experiment, configOf(experiment), 1, () => []);
  expect(store.read.detail(runId)?.damages.join()).toContain('epoch 2');
});

test('a checksum is of the canonical JSON of its row without its run and what is not there, in every version of the lab', async () => {
  const database = new Sqlite(join(await usedWorkspace(), 'lab.db'), { readonly: true });
  const row = database.prepare('SELECT * FROM run_summary WHERE run_id = 2').get() as Record<string, unknown>;
  const told = Object.entries(row).filter(([name, value]) => name !== 'run_id' && value !== null);
  const expected = createHash('sha256')
    .update(canonicalJson(Object.fromEntries(told)))
    .digest('hex');
  expect(database.prepare('SELECT sha256 FROM checksum WHERE run_id = 2 AND epoch = 0').pluck().get()).toBe(expected);
  database.close();
});

test('what was stored before there were checksums is not called damaged', async () => {
  const folder = await usedWorkspace();
  change(folder, 'DELETE FROM checksum');
  const { lab } = await openTestLab(folder);
  expect((await lab.run({ runId: 1 })).damages).toEqual([]);
  expect((await lab.results(everyGroup)).rows.flatMap(({ runIds }) => runIds)).toEqual(expect.arrayContaining([1, 2]));
});

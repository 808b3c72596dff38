import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type BetterSqlite3 from 'better-sqlite3';
import { expect, test } from 'vitest';
import type { DatasetInfo } from '../../shared/dataset.ts';
import { folderWith, smallIdx } from './datasets/fixtures.ts';
import { experimentOf, shared } from './fixtures/configs.ts';
import { openTestLab } from './fixtures/labs.ts';
import { migrationsFolder } from './fixtures/labOptions.ts';
import { expand } from '../../shared/experiment.ts';
import { rowsAtOnce } from '../../src-main/lab/adding.ts';
import { openStore } from '../../src-main/lab/store/index.ts';

const Sqlite = createRequire(import.meta.url)('better-sqlite3') as typeof BetterSqlite3;

test('a queue takes 50,000 runs and not one more, and tells so', { timeout: 120_000 }, async () => {
  const first = await openTestLab();
  await first.lab.pauseQueue({ paused: true });
  await first.lab.enqueue(experimentOf({ seeds: [1] }));
  await first.lab.close();
  const database = new Sqlite(join(first.folder, 'lab.db'));
  database.exec(`
    WITH RECURSIVE number (n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM number WHERE n < 49999)
    INSERT INTO run (experiment_id, config, group_hash, seed, state, queue_position, created_at)
    SELECT experiment_id, config, group_hash, n, state, queue_position + n, created_at FROM run, number WHERE id = 1`);
  database.close();

  const { lab } = await openTestLab(first.folder);
  await expect(lab.enqueue(experimentOf({ seeds: [100_001, 100_002] }))).rejects.toMatchObject({
    code: 'TOO_MANY',
    message: expect.stringContaining(
      '49,999 runs wait already; with these 2 it would be more than the 50,000',
    ) as string,
  });
  const { runIds } = await lab.enqueue(experimentOf({ seeds: [100_003] }));
  expect(runIds).toEqual([50_000]);
  await expect(lab.enqueue(experimentOf({ seeds: [100_004] }))).rejects.toMatchObject({ code: 'TOO_MANY' });
  expect((await lab.queue({})).waiting).toHaveLength(50_000);
});

/** As many as fill so many transactions. */
const manyRuns = (transactions: number) => {
  const rates = Array.from({ length: transactions }, (_, index) => (index + 1) / 1000);
  const axes = [
    { path: 'optimizer.learningRate', values: rates },
    { path: 'dataset.labelNoise', values: [0, 0.1, 0.2, 0.3, 0.4] },
  ];
  return experimentOf({ seeds: Array.from({ length: rowsAtOnce / 5 }, (_, seed) => seed), axes });
};

test('others are answered between the pieces of a large experiment, and see all of it or nothing', async () => {
  const { lab, events } = await openTestLab();
  await lab.pauseQueue({ paused: true });
  const experiment = manyRuns(6);
  let isQueued = false as boolean; // set by a callback, which TypeScript does not follow
  const queueing = lab.enqueue(experiment).finally(() => (isQueued = true));
  const seen: number[] = [];
  while (!isQueued) {
    const [{ waiting }, runs, experiments] = await Promise.all([
      lab.queue({}),
      lab.runs({ experimentId: null }),
      lab.experiments({}),
    ]);
    expect([runs.length, experiments.length]).toEqual(waiting.length === 0 ? [0, 0] : [6 * rowsAtOnce, 1]);
    seen.push(waiting.length);
    await new Promise((resolve) => setImmediate(resolve));
  }
  const { runIds } = await queueing;
  expect(runIds).toHaveLength(6 * rowsAtOnce);
  expect((await lab.queue({})).waiting.map(({ id, config }) => [id, config.seed])).toEqual(
    expand(experiment).map(({ seed }, index) => [runIds[index], seed]),
  );
  const progress = events.flatMap((event) =>
    event.type === 'enqueueProgressed' ? [event.progress?.added ?? 'over'] : [],
  );
  expect(progress).toEqual([...[1, 2, 3, 4, 5].map((piece) => piece * rowsAtOnce), 'over']);
  expect(seen.filter((waiting) => waiting === 0).length).toBeGreaterThan(5); // at least once before each piece
});

test('an experiment that was cut short while it was queued leaves nothing', async () => {
  const { lab, folder } = await openTestLab();
  const other = await lab.enqueue(experimentOf({ seeds: [3] }));
  const cut = lab.enqueue(manyRuns(6)).catch((error: unknown) => error);
  while ((await lab.queue({})).waiting.length > 0) await new Promise((resolve) => setImmediate(resolve));
  await lab.close();
  expect(await cut).toMatchObject({ code: 'RUN_STATE', message: expect.stringContaining('none') as string });

  const experiment = manyRuns(2);
  const killed = await openStore(folder, migrationsFolder);
  const { experimentId } = killed.write.addExperiment(experiment, expand(experiment).slice(0, 300), null, false);
  expect(killed.read.runs.waitingCount()).toBe(300);
  expect([killed.read.runs.ids(), killed.read.experiments().map(({ id }) => id)]).toEqual([other.runIds, [1]]);
  killed.close();
  const next = await openStore(folder, migrationsFolder);
  expect(next.read.experiment(experimentId)).toBeNull();
  expect(next.read.runs.waitingCount()).toBe(0);
  next.close();
});

test('five hundred data sets are listed, planned with and added to', { timeout: 120_000 }, async () => {
  const source = await folderWith(smallIdx());
  const first = await openTestLab();
  first.lab.grantPaths([source]);
  const wish = { kind: 'idx', name: 'small', onDamaged: 'refuse' } as const;
  const small = await first.lab.importDataset({ ...wish, paths: [source] });
  await first.lab.close();
  const sets = join(first.folder, 'datasets');
  for (let number = 1; number < 500; number++) {
    const id = `small-${String(number)}`;
    cpSync(join(sets, small.id), join(sets, id), { recursive: true });
    const info = JSON.parse(readFileSync(join(sets, id, 'dataset.json'), 'utf8')) as DatasetInfo;
    writeFileSync(join(sets, id, 'dataset.json'), JSON.stringify({ ...info, id, name: id }));
  }

  const { lab } = await openTestLab(first.folder);
  const listed = (await lab.datasets({})).filter(({ id }) => id.startsWith('small'));
  expect(listed).toHaveLength(500);
  const dataset = { ...shared.dataset, id: 'small-499', trainSubset: null };
  expect(await lab.plan(experimentOf({ shared: { ...shared, dataset, batchSize: 2 } }))).not.toHaveLength(0);
  const other = smallIdx();
  const images = other['train-images-idx3-ubyte'];
  images?.writeUInt8(255 - (images.at(-1) ?? 0), images.length - 1); // one pixel: another set
  const changed = await folderWith(other);
  lab.grantPaths([changed]);
  const added = await lab.importDataset({ ...wish, paths: [changed] });
  expect(listed.map(({ id }) => id)).not.toContain(added.id);
});

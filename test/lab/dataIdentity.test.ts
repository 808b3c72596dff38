import { rename } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type BetterSqlite3 from 'better-sqlite3';
import { expect, test } from 'vitest';
import { everyGroup } from '../../shared/result.ts';
import type { Experiment } from '../../shared/experiment.ts';
import { datasetIdentity } from '../../src-main/lab/datasets/identity.ts';
import { imageFolder, smallFolder } from '../imageFolders.ts';
import { folderWith, idxImages, idxLabels, smallIdx } from './datasets/fixtures.ts';
import { experimentOf, sgd, shared } from './fixtures/configs.ts';
import { openTestLab, statesOf, temporaryFolder, untilEnded } from './fixtures/labs.ts';
import { scripts } from './fixtures/scripts.ts';

const Sqlite = createRequire(import.meta.url)('better-sqlite3') as typeof BetterSqlite3;
type Lab = Awaited<ReturnType<typeof openTestLab>>['lab'];

const on = (changes: Partial<Experiment>, id = 'set'): Experiment =>
  experimentOf({
    shared: { ...shared, dataset: { id, trainSubset: null, testSubset: null, labelNoise: 0, identity: null } },
    ...changes,
  });
const queryOf = (...experimentIds: number[]) => ({ ...everyGroup, experimentIds });
const train = async (lab: Lab, experiment: Experiment) => {
  const queued = await lab.enqueue(experiment);
  await Promise.all(queued.runIds.map((id) => untilEnded(lab, id)));
  return queued;
};
const bring = async (lab: Lab, files: Record<string, Buffer>, name = 'set') => {
  const folder = await folderWith(files);
  lab.grantPaths([folder]);
  return lab.importDataset({ kind: 'idx', paths: [folder], name, onDamaged: 'refuse' });
};
/** The same pixels and labels, of which the two test examples took another place. */
const otherSplit = (): Record<string, Buffer> => ({
  ...smallIdx(),
  't10k-images-idx3-ubyte': idxImages(2),
  't10k-labels-idx1-ubyte': idxLabels([0, 1]),
});

test('another set under the same id is another group, also for skipping what has finished; the same one again is not', async () => {
  const { lab } = await openTestLab();
  await bring(lab, smallIdx());
  const first = await train(lab, on({ seeds: [0] }));
  await lab.deleteDataset({ id: 'set' });
  expect((await bring(lab, otherSplit())).id).toBe('set');
  const skipping = on({ seeds: [0, 1], skipFinished: true });
  expect((await lab.plan(skipping)).map(({ finishedRunId }) => finishedRunId)).toEqual([null, null]);
  const second = await train(lab, skipping);
  expect(second.runIds).toEqual([2, 3]);

  const { rows } = await lab.results(queryOf());
  expect(rows.map(({ n, seeds }) => [n, seeds])).toEqual([
    [1, [0]],
    [2, [0, 1]],
  ]);
  expect(new Set(rows.map(({ label }) => label)).size).toBe(2); // told apart by what the data were
  const own = await Promise.all([first, second].map(({ experimentId }) => lab.results(queryOf(experimentId))));
  expect(own.map((table) => table.rows.map(({ runIds }) => runIds))).toEqual([[[1]], [[2, 3]]]);

  await lab.deleteDataset({ id: 'set' });
  await bring(lab, smallIdx());
  expect((await lab.plan(skipping)).map(({ finishedRunId }) => finishedRunId)).toEqual([1, null]);
  await train(lab, skipping);
  expect((await lab.results(queryOf())).rows.map(({ seeds }) => seeds)).toEqual([
    [0, 1],
    [0, 1],
  ]);
});

test('runs that wait are not trained on data that came in the place of theirs, nor are former ones repeated', async () => {
  const { lab } = await openTestLab();
  await bring(lab, smallIdx());
  await train(lab, on({ seeds: [0] }));
  await lab.pauseQueue({ paused: true });
  const { runIds } = await lab.enqueue(on({ seeds: [1] }));
  await lab.cancelRuns({ runIds });
  await lab.deleteDataset({ id: 'set' });
  await bring(lab, otherSplit());
  await expect(lab.resumeRuns({ runIds })).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  const { stays } = await lab.uncancelRuns({ runIds, beforeRunId: null });
  expect(stays).toMatch(/^1 run stays out of the queue: .*holds other data now/);
  expect(await statesOf(lab)).toEqual(['finished', 'cancelled']);
  await expect(lab.repeatRuns({ runIds: [1] })).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  const { run } = await lab.run({ runId: 1 });
  const { optimizer, seed, ...config } = run.config;
  await expect(lab.plan(experimentOf({ shared: config, arms: [optimizer], seeds: [seed] }))).rejects.toMatchObject({
    ...{ code: 'CONFIG_INVALID', fields: [{ path: 'shared.dataset.id' }] },
  });
});

test('a waiting run whose data another program has replaced fails as it starts, with that reason', async () => {
  const { lab, folder } = await openTestLab();
  await bring(lab, smallIdx());
  await lab.pauseQueue({ paused: true });
  const [waiting = 0] = (await lab.enqueue(on({ seeds: [1] }))).runIds;
  await lab.close();
  const { lab: other, folder: others } = await openTestLab();
  await bring(other, otherSplit());
  await other.close();
  const setOf = (workspace: string): string => join(workspace, 'datasets', 'set');
  await rename(setOf(folder), `${setOf(folder)}-former`);
  await rename(setOf(others), setOf(folder));
  const { lab: later } = await openTestLab(folder);
  await later.pauseQueue({ paused: false });
  expect(await untilEnded(later, waiting)).toMatchObject({
    ...{ state: 'failed', reason: expect.stringMatching(/holds other data now/) as string },
  });
});

test('of cancelled runs those whose data are there go back to where they stood; the others stay, and it is said why', async () => {
  const { lab } = await openTestLab();
  await bring(lab, smallIdx());
  await bring(lab, otherSplit(), 'kept');
  await lab.pauseQueue({ paused: true });
  const [last = 0] = (await lab.enqueue(on({ seeds: [9] }, 'kept'))).runIds;
  const { runIds: gone } = await lab.enqueue(on({ seeds: [0, 1] }));
  const { runIds: kept } = await lab.enqueue(on({ seeds: [0, 1] }, 'kept'));
  const both = [...gone, ...kept];
  await lab.cancelRuns({ runIds: both });
  await lab.deleteDataset({ id: 'set' });
  expect(await lab.uncancelRuns({ runIds: both, beforeRunId: last })).toEqual({
    stays: '2 runs stay out of the queue: The data set "set" is not in the library; import it first.',
  });
  expect((await lab.queue({})).waiting.map(({ id }) => id)).toEqual([...kept, last]);
  await bring(lab, smallIdx());
  expect(await lab.uncancelRuns({ runIds: gone, beforeRunId: null })).toEqual({ stays: null });
  expect((await lab.queue({})).waiting.map(({ id }) => id)).toEqual([...kept, last, ...gone]);
  await expect(lab.uncancelRuns({ runIds: [last], beforeRunId: null })).rejects.toMatchObject({ code: 'RUN_STATE' });
});

test('runs whose images are gone are neither repeated nor resumed, in the words of a new experiment', async () => {
  const { lab } = await openTestLab();
  const images = await imageFolder(await smallFolder());
  lab.grantPaths([images]);
  await lab.importDataset({ kind: 'imageFolder', paths: [images], name: 'pets', onDamaged: 'refuse' });
  const pets = on({}, 'pets');
  const experiment = { ...pets, shared: { ...pets.shared, model: { id: 'resnet8' as const } } };
  const { runIds } = await train(lab, { ...experiment, seeds: [0] });
  const { runIds: cancelled } = await train(lab, { ...experiment, seeds: [scripts.endEarly] });
  await rename(images, `${images}-away`);
  const { message } = (await lab.plan(experiment).catch((error: unknown) => error)) as Error;
  expect(message).toContain(`The folder ${images} with the images of pets is not there.`);
  const refusal = { code: 'DATASET_NOT_FOUND', message, fields: [{ path: 'dataset.id', message }] };
  await expect(lab.repeatRuns({ runIds })).rejects.toMatchObject(refusal);
  await expect(lab.resumeRuns({ runIds: cancelled })).rejects.toMatchObject(refusal);
  await expect(lab.inexactResumes({ runIds: cancelled })).rejects.toMatchObject(refusal); // before anybody is asked
  expect(await statesOf(lab)).toEqual(['finished', 'failed']);
  await rename(`${images}-away`, images);
  await lab.resumeRuns({ runIds: cancelled });
  expect(await lab.repeatRuns({ runIds })).toEqual({ runIds: [3] });
});

test('former runs on image folders say the crops that they were trained on; on decoded images there were none', async () => {
  const folder = temporaryFolder();
  const { lab } = await openTestLab(folder);
  const images = await imageFolder(await smallFolder());
  lab.grantPaths([images]);
  await lab.importDataset({ kind: 'imageFolder', paths: [images], name: 'pets', onDamaged: 'refuse' });
  await bring(lab, smallIdx());
  const model = { id: 'resnet8' } as const;
  const pets = on({}, 'pets');
  await train(lab, { ...pets, shared: { ...pets.shared, model } });
  await train(lab, on({}));
  await lab.close();
  const database = new Sqlite(join(folder, 'lab.db'));
  database.exec(`
    UPDATE run SET config = json_remove(config, '$.augmentation.cropMinScale', '$.augmentation.cropMaxScale'),
      group_hash = printf('%064d', id);
    UPDATE experiment SET definition = json_remove(definition, '$.shared.augmentation.cropMinScale')`);
  database.close();

  const { lab: reopened } = await openTestLab(folder);
  const runs = await reopened.runs({ experimentId: null });
  expect(runs.map(({ config }) => config.augmentation.cropMinScale)).toEqual([0.08, null]);
  for (const experimentId of [1, 2]) {
    expect((await reopened.results(queryOf(experimentId))).rows.map(({ n }) => n)).toEqual([1]);
  }
});

test('a former workspace, whose groups did not know their data, is split, and nothing of it is lost', async () => {
  const folder = temporaryFolder();
  const { lab } = await openTestLab(folder);
  await bring(lab, smallIdx());
  const { experimentId } = await train(lab, on({ arms: [sgd], seeds: [0, 1, 2, scripts.crash] }));
  const expected = await lab.results(queryOf(experimentId));
  const [info] = (await lab.datasets({})).filter(({ id }) => id === 'set');
  await lab.close();

  // As a former version left it: no identity anywhere; seed 1 was trained on other data of that name, which are gone.
  const database = new Sqlite(join(folder, 'lab.db'));
  database.exec(`
    UPDATE run SET config = json_remove(config, '$.dataset.identity'), group_hash = '${'f'.repeat(64)}';
    UPDATE experiment SET definition = json_remove(definition, '$.data');
    UPDATE environment SET dataset_sha256 = '${'a'.repeat(64)}' WHERE run_id = 2`);
  database.close();

  const { lab: reopened } = await openTestLab(folder);
  const runs = await reopened.runs({ experimentId });
  const identity = info === undefined ? '' : datasetIdentity(info);
  expect(runs.map(({ config }) => config.dataset.identity)).toEqual([identity, 'a'.repeat(64), identity, identity]);
  const { rows } = await reopened.results(queryOf(experimentId));
  expect(rows.map(({ seeds, unfinishedRunIds }) => [seeds, unfinishedRunIds])).toEqual([
    [[0, 2], [4]],
    [[1], []],
  ]);
  expect(rows[0]?.groupHash).toBe(expected.rows[0]?.groupHash); // the one that a new run is in
});

test('a former experiment gets the data of its own newest run, one without a run those that the workspace trained on last', async () => {
  const folder = temporaryFolder();
  const { lab } = await openTestLab(folder);
  await bring(lab, smallIdx());
  await train(lab, on({ seeds: [0] }));
  await lab.deleteDataset({ id: 'set' });
  await bring(lab, otherSplit());
  await train(lab, on({ seeds: [0, 1] }));
  const [first, , last] = (await lab.runs({ experimentId: null })).map(({ config }) => config.dataset.identity);
  expect(first).not.toBe(last);
  await lab.close();

  const database = new Sqlite(join(folder, 'lab.db'));
  database.exec(`
    UPDATE experiment SET definition = json_remove(definition, '$.data');
    UPDATE run SET config = json_set(config, '$.dataset.identity', '${'c'.repeat(64)}') WHERE id = 2`);
  const columns = database.prepare("SELECT name FROM pragma_table_info('experiment') WHERE name <> 'id'").pluck().all();
  database.exec(`INSERT INTO experiment (${columns.join()}) SELECT ${columns.join()} FROM experiment WHERE id = 1`);
  database.close();

  const { lab: reopened } = await openTestLab(folder);
  const found = (await reopened.experiments({})).map(({ id, experiment }) => [id, experiment.data?.['set']] as const);
  expect(new Map(found)).toEqual(
    new Map([
      [1, first],
      [2, last],
      [3, last],
    ]),
  );
});

test('groups on several sets are told apart by the names that these have now, by their ids where those are none', async () => {
  const { lab } = await openTestLab();
  await bring(lab, smallIdx(), 'Letters A');
  await bring(lab, otherSplit(), 'Letters B');
  for (const id of ['letters-a', 'letters-b']) await train(lab, on({ seeds: [0] }, id));
  const labels = async () => (await lab.results(queryOf())).rows.map(({ label }) => label);
  const told = (found: readonly string[], words: string): boolean[] => found.map((label) => label.includes(words));
  const before = await labels();
  expect([told(before, 'Letters A'), told(before, 'Letters B')]).toEqual([
    [true, false],
    [false, true],
  ]);
  await lab.deleteDataset({ id: 'letters-b' });
  const after = await labels();
  expect([told(after, 'Letters A'), told(after, 'letters-b'), told(after, 'Letters B')]).toEqual([
    [true, false],
    [false, true],
    [false, false],
  ]);
});

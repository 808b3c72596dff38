import { expect, onTestFinished, test, vi } from 'vitest';
import type { DatasetInfo } from '../../../shared/dataset.ts';
import { expand } from '../../../shared/experiment.ts';
import type { RunId, RunSummary } from '../../../shared/run.ts';
import { Checkpoints } from '../../../src-main/lab/checkpoints.ts';
import type { Place } from '../../../src-main/lab/places/place.ts';
import { RunQueue } from '../../../src-main/lab/queue.ts';
import { openStore } from '../../../src-main/lab/store/index.ts';
import { nodeTrainers } from '../../../src-main/lab/trainers.ts';
import { experimentOf, shared } from '../fixtures/configs.ts';
import { migrationsFolder, scriptedTrainer } from '../fixtures/labOptions.ts';
import { openTestLab, temporaryFolder, untilEnded } from '../fixtures/labs.ts';
import { scripts } from '../fixtures/scripts.ts';

const patient = { timeout: 60_000, interval: 50 };
const dataset: DatasetInfo = {
  ...{ id: 'mnist', name: 'MNIST', source: 'here', storage: 'raw', height: 28, width: 28, channels: 1 },
  ...{ classNames: ['0', '1'], trainCount: 100, testCount: 100, mean: [0], sd: [1], sha256: '0'.repeat(64) },
  ...{ sizeBytes: 0, classCounts: [50, 50], importedAt: '2026-11-27T12:00:00.000Z' },
};

/** A queue over places with scripted trainers, and as many waiting runs that train until they are stopped. */
const queueOver = async (slots: Readonly<Record<string, number>>, runCount: number) => {
  const folder = temporaryFolder();
  const store = await openStore(folder, migrationsFolder);
  const prepared: RunId[] = [];
  const placeOf = ([id, count]: [string, number]): Place => ({
    id,
    slots: count,
    launcher: nodeTrainers(scriptedTrainer),
    prepare: async ({ id: runId, config }) => {
      prepared.push(runId);
      return { runId, config, dataset, datasetFolder: folder, bindingPath: null, labVersion: '0.0.0-test' };
    },
  });
  const ignore = (): void => undefined;
  const queue = new RunQueue({
    store,
    checkpoints: new Checkpoints(store, folder, 600_000),
    places: Object.entries(slots).map(placeOf),
    limits: { silenceMs: 60_000, stopMs: 30_000 },
    ...{
      onlyRuns: null,
      awaitsStart: false,
      emit: ignore,
      onWoken: ignore,
      onIdle: ignore,
      onHold: ignore,
      onEngineDoubted: ignore,
    },
  });
  onTestFinished(async () => {
    await queue.close();
    store.close();
  });
  for (let run = 0; run < runCount; run++) {
    const endless = experimentOf({ seeds: [scripts.untilStopped], shared: { ...shared, epochs: 100_000 } });
    store.write.addExperiment(endless, expand(endless));
  }
  queue.wake();
  const running = (): RunSummary[] => store.read.runs.running();
  return { queue, store, prepared, running, idsRunning: () => running().map(({ id }) => id) };
};

test('as many runs are under way as the places have slots, each prepared once, in the order of the queue', async () => {
  const { queue, store, prepared, running, idsRunning } = await queueOver({ near: 2, far: 1 }, 5);
  await vi.waitFor(() => expect(idsRunning()).toEqual([1, 2, 3]), patient);
  expect(running().map(({ place }) => place)).toEqual(['near', 'near', 'far']);
  expect(store.read.runs.waiting().map(({ id, place }) => [id, place])).toEqual([
    [4, null],
    [5, null],
  ]);

  // Its slot, and only its, is free: the next run takes that, and no other run notices.
  await vi.waitFor(() => expect(running().every(({ epochsDone }) => epochsDone > 0)).toBe(true), patient);
  queue.stop(3, 'after-epoch');
  await vi.waitFor(() => expect(idsRunning()).toEqual([1, 2, 4]), patient);
  expect(store.read.runs.one(3)).toMatchObject({ state: 'stopped', place: 'far' });
  expect(store.read.runs.one(4)).toMatchObject({ place: 'far' });
  expect(prepared).toEqual([1, 2, 3, 4]);

  await queue.close();
  expect([1, 2, 4].map((id) => store.read.runs.one(id)?.state)).toEqual(Array(3).fill('interrupted'));
  expect(store.read.runs.one(5)).toMatchObject({ state: 'queued', place: null });
});

test('a run that is queued while others train takes a free slot at once', async () => {
  const { queue, store, idsRunning } = await queueOver({ near: 2 }, 1);
  await vi.waitFor(() => expect(idsRunning()).toEqual([1]), patient);
  const second = experimentOf({ seeds: [scripts.untilStopped], shared: { ...shared, epochs: 99_999 } });
  store.write.addExperiment(second, expand(second));
  queue.wake();
  await vi.waitFor(() => expect(idsRunning()).toEqual([1, 2]), patient);
});

test('what the lab trains itself says that it began on this machine', async () => {
  const { lab } = await openTestLab();
  await lab.enqueue(experimentOf({ seeds: [1] }));
  expect(await untilEnded(lab, 1)).toMatchObject({ state: 'finished', place: 'this-machine' });
});

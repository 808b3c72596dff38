import { expect, onTestFinished, test, vi } from 'vitest';
import type { DatasetInfo } from '../../shared/dataset.ts';
import { expand, type Experiment } from '../../shared/experiment.ts';
import { eachPlanned, timesLeft } from '../../src-main/lab/plan.ts';
import { processor } from '../../src-main/lab/processor.ts';
import { openStore, type Store } from '../../src-main/lab/store/index.ts';
import { networkOf } from '../../src-main/trainer/models/index.ts';
import { esam, experimentOf, sam, sgd, shared } from './fixtures/configs.ts';
import { migrationsFolder } from './fixtures/labOptions.ts';
import { temporaryFolder } from './fixtures/labs.ts';
import { environmentOf, epochOf } from './fixtures/metrics.ts';

/** Images of any size in two classes. */
const dataset: DatasetInfo = {
  ...{ id: 'mnist', name: 'A set', source: 'test', storage: 'files', height: 224, width: 224, channels: 3 },
  ...{ classNames: ['a', 'b'], trainCount: 1000, testCount: 50, mean: [0, 0, 0], sd: [1, 1, 1] },
  ...{ sha256: '0'.repeat(64), sizeBytes: 1, classCounts: [500, 500], importedAt: '2026-01-01T00:00:00.000Z' },
};
const whole = { ...shared, dataset: { ...shared.dataset, trainSubset: null } };
const of = (changes: Partial<Experiment> = {}): Experiment => experimentOf({ shared: whole, ...changes });

const open = async (): Promise<Store> => {
  const store = await openStore(temporaryFolder(), migrationsFolder);
  vi.useFakeTimers({ toFake: ['Date'] });
  onTestFinished(() => {
    vi.useRealTimers();
    store.close();
  });
  return store;
};

/** Begins its only run here, whose epochs of 1000 images take so long each, in steps and evaluations. */
const begun = (
  { write }: Store,
  experiment: Experiment,
  epochs: readonly [trainMs: number, evaluationMs: number][],
  startMs = 0,
) => {
  const [id = 0] = write.addExperiment(experiment, expand(experiment)).runIds;
  write.start(id);
  vi.setSystemTime(Date.now() + startMs);
  write.log(id, { at: new Date().toISOString(), level: 'info', text: 'Engine: …' });
  write.environment(id, environmentOf(processor()));
  for (const [index, [trainMs, evaluationMs]] of epochs.entries())
    write.epoch(id, epochOf(index + 1, { images: 1000, trainMs, evaluationMs }), false);
  return id;
};

/** Three epochs of 2 s and 0.1 s, 6.3 s together, and its start, so long; between two of them it lay for a day. */
const finished = (store: Store, experiment: Experiment, wholeMs: number): void => {
  const id = begun(store, experiment, Array(3).fill([2000, 100]) as [number, number][], wholeMs - 6300);
  vi.setSystemTime(Date.now() + 86_400_000);
  store.write.end(id, 'finished', null);
};
const estimates = ({ read }: Store, experiment: Experiment): (number | null)[] =>
  [...eachPlanned(read, experiment, () => dataset)].map(({ estimatedMs }) =>
    estimatedMs === null ? null : Math.round(estimatedMs),
  );

test('what a run takes beside its steps and evaluations is expected once, however many epochs there are', async () => {
  const store = await open();
  finished(store, of(), 10_300);
  // 4 s beside 3 × (2 s + 0.1 s).
  expect(estimates(store, of())).toEqual([10_300]);
  expect(estimates(store, of({ shared: { ...whole, epochs: 6 } }))).toEqual([4000 + 6 * 2100]);
});

test('images of another size are expected to take as much longer as the network computes on them', async () => {
  const store = await open();
  const at = (resolution: number | null): Experiment =>
    of({
      shared: { ...whole, model: { id: 'convnet' }, augmentation: { ...shared.augmentation, resolution } },
    });
  const macs = (side: number): number => networkOf({ id: 'convnet' }, [side, side, 3], 2).macs;
  finished(store, at(16), 7300);
  const ratio = macs(224) / macs(16);
  expect(ratio).toBeGreaterThan(150); // 196 times the pixels, and one layer that has none
  expect(estimates(store, at(16))).toEqual([7300]);
  expect(estimates(store, at(null))).toEqual([Math.round(1000 + 6300 * ratio)]);
});

test('settings that cost, and methods that were not trained yet, go by the cost model', async () => {
  const store = await open();
  finished(store, of({ arms: [sam] }), 6300);
  // SAM takes 6 units, every second step 3; SGD 3; ESAM with β = γ = 0.5 takes 1 + (1 + β) + 1 + 3γ = 5.
  const arms = [sam, { ...sam, learningRate: 0.01, rho: 0.2 }, { ...sam, interval: 2 }, sgd, esam];
  const units = [6, 6, 4.5, 3, 5];
  expect(estimates(store, of({ arms }))).toEqual(units.map((each) => 3 * (2000 * (each / 6) + 100)));
  // A newer run of another method tells less than one of the same steps.
  finished(store, of({ arms: [sgd] }), 6300);
  expect(estimates(store, of({ arms: [sam, { ...sam, interval: 2 }, sgd] }))).toEqual([6300, 4800, 6300]);
});

test('what the cost model knows nothing of has to be alike', async () => {
  const store = await open();
  finished(store, of({ arms: [sam] }), 6300);
  const others: Partial<Experiment>[] = [
    { arms: [{ ...sam, sharpnessBatch: 5 }] },
    { shared: { ...whole, batchSize: 20 } },
    { shared: { ...whole, microBatch: 5 } },
    { shared: { ...whole, device: { ...shared.device, engine: 'wasm' } } },
  ];
  for (const changes of others) expect(estimates(store, of({ arms: [sam], ...changes }))).toEqual([null]);
});

test('what is left of a run that trains goes by the medians of its own epochs', async () => {
  const store = await open();
  finished(store, of(), 10_300);
  const slower: [number, number][] = [
    [9000, 900],
    [5000, 300],
    [5200, 200],
  ];
  const id = begun(store, of({ shared: { ...whole, epochs: 10 }, seeds: [1] }), slower);
  expect(timesLeft(store.read, store.read.runs.running(), () => dataset)).toEqual([
    { runId: id, leftMs: 7 * (5200 + 300) },
  ]);
});

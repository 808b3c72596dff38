import { expect, test } from 'vitest';
import { exactFacts, factDifferences } from '../../../shared/environments.ts';
import { expand } from '../../../shared/experiment.ts';
import { openStore } from '../../../src-main/lab/store/index.ts';
import { experimentOf } from '../fixtures/configs.ts';
import { temporaryFolder } from '../fixtures/labs.ts';
import { migrationsFolder } from '../fixtures/labOptions.ts';
import { environmentOf } from '../fixtures/metrics.ts';

const [here, fewer, elsewhere] = [
  environmentOf(),
  environmentOf({ threads: 1 }),
  environmentOf({ cpuModel: 'Another processor' }),
];

test('every environment of a run is kept, but for what was trained again', async () => {
  const folder = temporaryFolder();
  const { read, write, close } = await openStore(folder, migrationsFolder);
  const experiment = experimentOf();
  write.addExperiment(experiment, expand(experiment));
  write.start(1);
  const partsOf = () => read.trainedIn(1).map(({ step, environment }) => [step, environment]);
  expect(partsOf()).toEqual([]);
  expect(write.beginsIn(1, { epoch: 0, step: 0, environment: here })).toBeNull();
  expect(write.beginsIn(1, { epoch: 1, step: 10, environment: here })).toEqual(here);
  expect(partsOf()).toEqual([[0, here]]); // the same machine again is no change
  expect(write.beginsIn(1, { epoch: 2, step: 20, environment: fewer })).toEqual(here);
  expect(write.beginsIn(1, { epoch: 4, step: 40, environment: elsewhere })).toEqual(fewer);
  expect(partsOf()).toEqual([
    [0, here],
    [20, fewer],
    [40, elsewhere],
  ]);
  // Its last checkpoints were damaged: it goes back, and what came after counts no more.
  expect(write.beginsIn(1, { epoch: 3, step: 30, environment: here })).toEqual(fewer);
  expect(partsOf()).toEqual([
    [0, here],
    [20, fewer],
    [30, here],
  ]);
  expect(write.beginsIn(1, { epoch: 0, step: 0, environment: elsewhere })).toBeNull();
  expect(partsOf()).toEqual([[0, elsewhere]]);
  expect(read.environment(1)).toEqual(elsewhere);
  close();
});

test('a run of a former version of the lab keeps the environment that it was in last', async () => {
  const { read, write, close } = await openStore(temporaryFolder(), migrationsFolder);
  const experiment = experimentOf();
  write.addExperiment(experiment, expand(experiment));
  write.environment(1, here);
  expect(read.trainedIn(1)).toEqual([{ epoch: 0, step: 0, environment: here }]);
  expect(write.beginsIn(1, { epoch: 2, step: 20, environment: fewer })).toEqual(here);
  expect(read.trainedIn(1).map(({ step }) => step)).toEqual([0, 20]);
  close();
});

test('only what decides on the bits makes a difference', () => {
  const facts = exactFacts(environmentOf());
  const other = (changes: Parameters<typeof environmentOf>[0]) =>
    factDifferences(facts, exactFacts(environmentOf(changes)));
  expect(other({ memoryBytes: 1, nodeVersion: '25.0.0', cpuCores: 64 })).toEqual([]);
  expect(other({ oneDnn: null })).toEqual([]); // not recorded
  expect(other({ oneDnn: false, threads: 1 })).toEqual(['threads 2, now 1', 'oneDNN on, now off']);
  expect(other({ engine: 'TensorFlow 2.22.0 (CPU, own kernels on AVX2)' })).toEqual([
    'engine TensorFlow 2.21.0 (CPU), now TensorFlow 2.22.0 (CPU)',
    'own kernels none, now AVX2',
  ]);
  const wasm = (threads: number) =>
    exactFacts(
      environmentOf({ engine: `WebAssembly SIMD (CPU, ${threads} ${threads === 1 ? 'thread' : 'threads'})`, threads }),
    );
  expect(factDifferences(wasm(8), wasm(1))).toEqual([]); // its results do not depend on them
});

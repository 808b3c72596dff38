import { expect, test } from 'vitest';
import type { DatasetInfo } from '../../shared/dataset.ts';
import { distrustOf } from '../../shared/selfTest.ts';
import { runConfigSchema } from '../../shared/runConfig.ts';
import type { RunConfig } from '../../shared/runConfig.ts';
import { selfTestEstimateMs } from '../../src-main/lab/selfTestEstimate.ts';
import { esam, sgd, shared } from './fixtures/configs.ts';
import { selfTestOf } from './fixtures/selfTests.ts';

/** 2 epochs of 1,000 images in batches of 300. */
const configOf = (changes: Partial<RunConfig> = {}): RunConfig => ({
  ...runConfigSchema.parse({ ...shared, optimizer: sgd, seed: 0 }),
  dataset: { id: 'digits', trainSubset: 1000, testSubset: null, labelNoise: 0, identity: null },
  batchSize: 300,
  epochs: 2,
  device: { ...shared.device, engine: 'tensorflow', threads: 0 },
  ...changes,
});

const dataset: DatasetInfo = {
  id: 'digits',
  name: 'Digits',
  storage: 'raw',
  source: 'a test',
  height: 28,
  width: 28,
  channels: 1,
  classNames: Array.from({ length: 10 }, (_, digit) => String(digit)),
  trainCount: 5000,
  testCount: 500,
  mean: [0],
  sd: [1],
  sha256: '0'.repeat(64),
  sizeBytes: 0,
  classCounts: [],
  importedAt: '',
};

// The MLP's MACs on 28×28 images: 784·256 + 256·256 + 256·10 = 268,800, so a forward pass of one image is 537,600 operations: 0.5376 ms
// at 1 GFLOP/s, which is what ResNet-8, the measured network that is closest in size, reached.
const pass = 0.5376;
const float32 = selfTestOf();

test.for<[what: string, changes: Partial<RunConfig>, expected: number | null]>([
  ['SGD costs 3 passes an image, and one for each test image', {}, 2 * (1000 * 3 * pass + 500 * pass)],
  // β = γ = ½: 1 + (1 + β) + 1 + 3γ = 5.
  ['ESAM costs what the cost model says', { optimizer: esam }, 2 * (1000 * 5 * pass + 500 * pass)],
  // Every example kept: 1 + (1 + β) + 1 + 3 = 6.5.
  [
    'what depends on the data counts at its most',
    { optimizer: { ...esam, selection: 'positive' } },
    2 * (1000 * 6.5 * pass + 500 * pass),
  ],
  ['a batch that is dropped is not trained', { dropLast: true }, 2 * (900 * 3 * pass + 500 * pass)],
  [
    'one thread of two does half',
    { device: { ...configOf().device, threads: 1 } },
    2 * 2 * (1000 * 3 * pass + 500 * pass),
  ],
  ['bfloat16 was not measured', { precision: 'bfloat16' }, null],
  ['the engine was not measured', { device: shared.device }, null],
  ['the model does not take the images', { model: { id: 'resnet50' } }, null],
])('%s', ([, changes, expected]) => {
  const found = selfTestEstimateMs(configOf(changes), dataset, [float32]);
  if (expected === null) expect(found).toBeNull();
  else expect(found).toBeCloseTo(expected, 6);
});

test('a run in bfloat16 trains at its own speed and is evaluated at float32’s', () => {
  const speeds = float32.speeds.map((speed) => ({ ...speed, gflops: 4 * speed.gflops }));
  const selfTests = [float32, selfTestOf({ precision: 'bfloat16', speeds })];
  const found = selfTestEstimateMs(configOf({ precision: 'bfloat16' }), dataset, selfTests);
  expect(found).toBeCloseTo(2 * ((1000 * 3 * pass) / 4 + 500 * pass), 6);
});

test('a large model goes at the speed of the large network that was measured', () => {
  const large = { ...dataset, height: 32, width: 32, channels: 3 };
  // ResNet-18 has 555,422,720 MACs there: 1110.84544 ms a pass at 1 GFLOP/s, and reached 2.
  const found = selfTestEstimateMs(configOf({ model: { id: 'resnet18' } }), large, [float32]);
  expect(found).toBeCloseTo(2 * (1000 * 3 + 500) * (1110.84544 / 2), 6);
});

test('images that are cropped to another size count at that size', () => {
  const files: DatasetInfo = { ...dataset, storage: 'files', height: 300, width: 400 };
  const augmentation = { ...configOf().augmentation, resolution: 28 };
  const found = selfTestEstimateMs(configOf({ augmentation }), files, [float32]);
  expect(found).toBeCloseTo(2 * (1000 * 3 * pass + 500 * pass), 6);
});

test('gradients that deviate by more than rounding are not to be trusted', () => {
  expect(distrustOf(selfTestOf({ gradientDeviation: 1e-3 }))).toBeNull();
  expect(distrustOf(selfTestOf({ gradientDeviation: 1.1e-3 }))).toMatch(
    /stem\.kernel.*0\.0011.*not to be trusted in float32/,
  );
  expect(distrustOf(selfTestOf({ precision: 'bfloat16', gradientDeviation: 0.1 }))).toBeNull();
  expect(distrustOf(selfTestOf({ precision: 'bfloat16', gradientDeviation: 0.21 }))).toContain('0.21');
  expect(distrustOf(selfTestOf({ gradientDeviation: null }))).toContain('not finite');
});

import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { predictedUnits } from '../../shared/method.ts';
import type { GroupConfig, OptimizerConfig } from '../../shared/runConfig.ts';
import { expandGroups, presetSchema } from '../../shared/experiment.ts';

const folder = join(import.meta.dirname, '../../resources/presets');
const files = readdirSync(folder).filter((name) => name.endsWith('.json'));
const read = (file: string) => presetSchema.parse(JSON.parse(readFileSync(join(folder, file), 'utf8')));

test('all presets are there', () => {
  expect(files.sort()).toEqual([
    'cheaper-cifar100.json',
    'cheaper.json',
    'cifar10-resnet18-short.json',
    'cifar10-resnet18.json',
    'cifar100-resnet18.json',
    'esam-variants.json',
    'imagenet-vit-s16.json',
    'label-noise.json',
    'mnist.json',
    'quick.json',
    'release.json',
    'sgd-longer.json',
  ]);
});

test.each(files)('%s fits the schema and is named like its file', (file) => {
  expect(`${read(file).id}.json`).toBe(file);
});

// Du et al. 2022, Table 7, the row of ResNet-18.
test.each(['cifar10', 'cifar100'])('%s-resnet18 has the settings of the paper', (dataset) => {
  const { shared, arms, seeds } = read(`${dataset}-resnet18.json`).experiment;
  expect(shared).toMatchObject({
    model: { id: 'resnet18' },
    epochs: 200,
    batchSize: 128,
    schedule: { name: 'cosine' },
  });
  expect(shared.dataset).toMatchObject({ id: dataset, trainSubset: null, testSubset: null, labelNoise: 0 });
  expect(shared.augmentation).toMatchObject({ cropPadding: 4, flip: true, cutoutSize: 0 });
  expect(seeds).toHaveLength(3);
  expect(
    arms.map(({ name, learningRate, momentum, weightDecay }) => [name, learningRate, momentum, weightDecay]),
  ).toEqual([
    ['sgd', 0.05, 0.9, 0.0005],
    ['sam', 0.05, 0.9, 0.001],
    ['esam', 0.05, 0.9, 0.001],
  ]);
  expect(arms[1]).toMatchObject({ rho: 0.05 });
  expect(arms[2]).toMatchObject({ rho: 0.05, beta: 0.6, gamma: 0.5 });
});

// What the authors' released code does otherwise than the paper.
test('release has the released code’s habits', () => {
  const { shared, arms } = read('release.json').experiment;
  expect(shared.augmentation).toMatchObject({ cutoutSize: 16, cutoutProbability: 0.5 });
  expect(arms.at(-1)).toMatchObject({
    name: 'esam',
    bnStatistics: 'all',
    selection: 'sharpness-strict',
    maskDrawn: 'after-step',
    alwaysRank: true,
  });
});

test('mnist has ESAM whole, and each half of it alone', () => {
  const halves = read('mnist.json').experiment.arms.flatMap((arm: OptimizerConfig) =>
    arm.name === 'esam' ? [[arm.beta, arm.gamma]] : [],
  );
  expect(halves).toEqual([
    [0.6, 0.5],
    [0.6, 1],
    [1, 0.5],
  ]);
});

test('what is cheaper than SAM is there once each, and twice as long for the same cost', () => {
  const { arms, axes } = read('cheaper.json').experiment;
  expect(axes).toEqual([{ path: 'epochs', values: [25, 50] }]);
  const units = arms.map((arm) => [arm.name, predictedUnits({ optimizer: arm, epochs: 25 }) ?? NaN] as const);
  expect(new Set(units.map(([name]) => name))).toEqual(
    new Set(['sgd', 'sam', 'esam', 'looksam', 'momentum-sam', 'sam-on', 'k-sam']),
  );
  expect(units.filter(([, cost]) => cost >= 6)).toEqual([['sam', 6]]);
});

// What a preset trains SGD longer for: all of SAM's cost, neither less nor more.
const costOf = ({ optimizer, epochs }: GroupConfig): number => epochs * (predictedUnits({ optimizer, epochs }) ?? NaN);

test.each(['sgd-longer', 'cheaper-cifar100'])('%s has SGD at the cost of SAM, which differs in epochs alone', (id) => {
  const [sgd, longer, sam] = expandGroups(read(`${id}.json`).experiment);
  if (sgd === undefined || longer === undefined || sam === undefined) throw new Error('Three methods come first.');
  expect([sgd.optimizer.name, longer.optimizer.name, sam.optimizer.name]).toEqual(['sgd', 'sgd', 'sam']);
  expect(longer).toEqual({ ...sgd, epochs: 2 * sgd.epochs });
  expect(costOf(longer)).toBe(costOf(sam));
  expect(sam).toEqual({ ...sgd, optimizer: sam.optimizer });
  expect(sam.optimizer).toMatchObject({ learningRate: sgd.optimizer.learningRate, weightDecay: 0.0005 });
});

// Chen et al. 2021.
test('the Vision Transformer has AdamW under every arm', () => {
  for (const arm of read('imagenet-vit-s16.json').experiment.arms) expect(arm.rule.name).toBe('adamw');
});

import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { OptimizerConfig } from '../../shared/runConfig.ts';
import { presetSchema } from '../../shared/experiment.ts';

const folder = join(import.meta.dirname, '../../resources/presets');
const files = readdirSync(folder);
const read = (file: string) => presetSchema.parse(JSON.parse(readFileSync(join(folder, file), 'utf8')));

test('all presets are there', () => {
  expect(files.sort()).toEqual([
    'cifar10-resnet18-short.json',
    'cifar10-resnet18.json',
    'cifar100-resnet18.json',
    'esam-variants.json',
    'label-noise.json',
    'mnist.json',
    'quick.json',
    'release.json',
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
  expect(shared.dataset).toEqual({ id: dataset, trainSubset: null, testSubset: null, labelNoise: 0 });
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

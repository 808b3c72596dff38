import type { GroupConfig } from '../shared/runConfig.ts';
import { formatCount, formatNumber } from './format.ts';

/** Dotted paths of a run's settings in the researcher's words; paths that are not here are shown as they are. */
const labels: Readonly<Record<string, string>> = {
  'optimizer.name': 'method',
  'optimizer.learningRate': 'learning rate',
  'optimizer.momentum': 'momentum',
  'optimizer.weightDecay': 'weight decay',
  'optimizer.nesterov': 'Nesterov',
  'optimizer.decayNormAndBias': 'decay norm and bias',
  'optimizer.rho': 'ρ',
  'optimizer.beta': 'β',
  'optimizer.gamma': 'γ',
  'optimizer.bnStatistics': 'BatchNorm statistics',
  'optimizer.perturbation': 'perturbation',
  'optimizer.selection': 'selection',
  'optimizer.secondPass': 'second pass',
  'optimizer.maskDrawn': 'mask drawn',
  'optimizer.selectionPrecision': 'selection precision',
  'optimizer.alwaysRank': 'always rank',
  'optimizer.adaptive': 'adaptive (ASAM)',
  'optimizer.sharpnessBatch': 'sharpness batch m',
  'optimizer.interval': 'perturb every (steps)',
  'dataset.id': 'data set',
  'dataset.trainSubset': 'training subset',
  'dataset.labelNoise': 'label noise',
  'augmentation.cropPadding': 'crop padding',
  'augmentation.resolution': 'resolution',
  'augmentation.flip': 'flip',
  'augmentation.cutoutSize': 'Cutout size',
  'augmentation.cutoutProbability': 'Cutout probability',
  'model.id': 'model',
  precision: 'precision',
  batchSize: 'batch size',
  microBatch: 'micro-batch',
  dropLast: 'drop last batch',
  epochs: 'epochs',
  'schedule.name': 'schedule',
  'schedule.milestones': 'milestones',
  'schedule.factor': 'step factor',
  'schedule.warmupEpochs': 'warm-up epochs',
  labelSmoothing: 'label smoothing',
  'device.engine': 'engine',
  'device.threads': 'threads',
  'device.deterministic': 'deterministic',
  'device.tf32': 'TF32',
  'device.memoryGrowth': 'memory growth',
  'device.ownKernels': 'own kernels',
  logEvery: 'record every (steps)',
  seed: 'seed',
};

export const labelOfSetting = (path: string): string => labels[path] ?? path;

/** A label as a header, in sentence case; Greek letters and names like oneDNN stay as they are. */
export const asHeader = (label: string): string =>
  /^[a-z]+(?![A-Za-z])/.test(label) ? label.charAt(0).toUpperCase() + label.slice(1) : label;

/** What no value means. */
const nullTexts: Readonly<Record<string, string>> = {
  'dataset.trainSubset': 'all',
  'augmentation.resolution': "the data set's",
};

const textOf = (path: string, value: unknown): string => {
  if (path === 'seed') return String(value);
  if (value === null) return nullTexts[path] ?? '–';
  if (path === 'device.threads' && value === 0) return 'all';
  if (typeof value === 'number') return Number.isInteger(value) ? formatCount(value) : formatNumber(value);
  if (typeof value === 'boolean') return value ? 'on' : 'off';
  return Array.isArray(value) ? value.join(', ') : typeof value === 'string' ? value : JSON.stringify(value);
};

/** Every setting by dotted path, as text, in the order of `labels`. */
export const flatSettings = (config: object): Map<string, string> => {
  const found = new Map<string, string>();
  const walk = (value: object, prefix: string): void => {
    for (const [key, inner] of Object.entries(value) as [string, unknown][]) {
      const path = prefix + key;
      if (inner !== null && typeof inner === 'object' && !Array.isArray(inner)) walk(inner, `${path}.`);
      else found.set(path, textOf(path, inner));
    }
  };
  walk(config, '');
  const order = Object.keys(labels);
  return new Map([...found].sort(([a], [b]) => order.indexOf(a) - order.indexOf(b)));
};

/** Paths in which the configurations differ; the method itself is left out (it has its own column). */
export const differingPaths = (configs: readonly GroupConfig[]): string[] => {
  const flats = configs.map(flatSettings);
  const paths = new Set(flats.flatMap((flat) => [...flat.keys()]));
  const order = Object.keys(labels);
  return [...paths]
    .filter((path) => path !== 'optimizer.name')
    .filter((path) => new Set(flats.map((flat) => flat.get(path)).filter((text) => text !== undefined)).size > 1)
    .sort((a, b) => order.indexOf(a) - order.indexOf(b));
};

import { modelInfos } from '../models.ts';
import type { Settings } from './setting.ts';

/** The network and the loop. */
export const trainingSettings = {
  'model.id': {
    label: 'model',
    help: 'The network that is trained.',
    texts: Object.fromEntries(Object.entries(modelInfos).map(([id, { name }]) => [id, name])),
  },
  'model.layers': {
    label: 'layers',
    symbol: 'N',
    help: 'Equal layers of the deep MLP, besides the first one, which takes the image, and the last one, which classifies.',
  },
  'model.width': { label: 'width', unit: 'units', help: 'Units of each layer of the deep MLP.' },
  'model.wiring': {
    label: 'wiring',
    help: 'Deep MLP: one kernel a layer, one layer after another; or kernel, bias and a normalisation’s scale and offset a layer, with connections across layers.',
    texts: { serial: 'serial', general: 'general' },
  },
  precision: {
    label: 'precision',
    help: 'Of activations and convolution kernels; everything else is float32.',
    texts: { float32: 'float32', bfloat16: 'bfloat16, mixed' },
  },
  batchSize: { label: 'batch size', help: 'Images of an optimizer step.' },
  microBatch: {
    label: 'micro-batch',
    unit: 'images',
    help: 'Images that go through the network at once; a larger batch goes in parts, with BatchNorm per part.',
    texts: { null: 'whole batch' },
  },
  dropLast: { label: 'drop last batch', help: 'Leave out the last, smaller batch of an epoch.' },
  epochs: { label: 'epochs', help: 'How often every training image is seen.' },
  'schedule.name': {
    label: 'learning-rate schedule',
    symbol: 'schedule',
    help: 'How the learning rate falls from epoch to epoch.',
    texts: { cosine: 'cosine to 0', constant: 'constant', step: 'steps', warmup: 'warm-up, cosine' },
  },
  'schedule.milestones': {
    label: 'milestones',
    unit: 'epochs',
    help: 'Epochs after which the learning rate is multiplied by the step factor.',
  },
  'schedule.factor': { label: 'step factor', help: 'What the learning rate is multiplied by at each milestone.' },
  'schedule.warmupEpochs': {
    label: 'warm-up',
    unit: 'epochs',
    help: 'Epochs over which the learning rate rises before it falls.',
  },
  labelSmoothing: { label: 'label smoothing', help: 'Share of the target that all classes get alike.' },
  logEvery: { label: 'sample every', unit: 'steps', help: 'Steps between two sampled steps.' },
  observe: {
    label: 'observe gradients',
    unit: 'per epoch',
    help: 'Steps of each epoch at which the gradients of kept, dropped and random examples are compared with the batch’s (Fig. 6); takes time, changes no weight.',
  },
  seed: { label: 'seed', help: 'From which all random numbers of a run come.' },
} satisfies Settings;

import { z } from 'zod';
import { scheduleSchema } from './schedule.ts';
import { setting } from './setting.ts';

/** Of activations and convolution kernels; parameters, statistics, dense layers and loss are float32 in either. */
export const precisions = ['float32', 'bfloat16'] as const;
export type Precision = (typeof precisions)[number];

/** The loop. */
export const trainingSettings = {
  precision: setting(z.enum(precisions).default('float32'), {
    label: 'precision',
    help: 'Of activations and convolution kernels; everything else is float32.',
    texts: { float32: 'float32', bfloat16: 'bfloat16, mixed' },
  }),
  batchSize: setting(z.number().int().min(1).max(65536), {
    label: 'batch size',
    help: 'Images of an optimizer step.',
  }),
  microBatch: setting(z.number().int().min(1).max(65536).nullable().default(null), {
    label: 'micro-batch',
    unit: 'images',
    help: 'Images that go through the network at once; a larger batch goes in parts, with BatchNorm per part.',
    texts: { null: 'whole batch' },
  }),
  dropLast: setting(z.boolean(), {
    label: 'drop last batch',
    help: 'Leave out the last, smaller batch of an epoch.',
  }),
  epochs: setting(z.number().int().min(1).max(100000), {
    label: 'epochs',
    help: 'How often every training image is seen.',
  }),
  schedule: scheduleSchema,
  labelSmoothing: setting(z.number().min(0).lt(1), {
    label: 'label smoothing',
    help: 'Share of the target that all classes get alike.',
  }),
};

/** How closely the loop is watched: no weight depends on it. */
export const watchingSettings = {
  logEvery: setting(z.number().int().min(1).max(100000), {
    label: 'sample every',
    unit: 'steps',
    help: 'Steps between two sampled steps.',
  }),
  observe: setting(z.number().int().min(0).max(1000).default(0), {
    label: 'observe gradients',
    unit: 'per epoch',
    begins: 4,
    help: 'Steps of each epoch at which the gradients of kept, dropped and random examples are compared with the batch’s (Fig. 6); takes time, changes no weight.',
  }),
};

export const largestSeed = 0xffffffff;
export const seedSchema = setting(z.number().int().min(0).max(largestSeed), {
  label: 'seed',
  help: 'From which all random numbers of a run come.',
});

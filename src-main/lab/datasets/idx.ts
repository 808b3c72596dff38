import { basename, dirname } from 'node:path';
import { LabError } from '../../../shared/errors.ts';
import type { DecodedSet, ImportContext } from './decodedSet.ts';
import type { IdxArray } from './idxFile.ts';
import { nameOf, type Source } from './fileBytes.ts';
import { readIdx, readQmnistLabels } from './idxFile.ts';
import { classesOf, readLabelNames } from './labels.ts';

type Half = 'train' | 'test';
type Content = 'labels' | 'images';

/** What a file's name says it is: "t10k-images-idx3-ubyte.gz" and "emnist-letters-test-images-idx3-ubyte" are both test images. */
const roleOf = (source: Source): string => {
  const [, half, content] =
    /(?:^|[^a-z0-9])(train|t10k|test)[^a-z0-9]*(images|labels)/.exec(nameOf(source).toLowerCase()) ?? [];
  return `${half === 'train' ? 'train' : 'test'} ${content ?? 'unknown'}`;
};

/**
 * Imports the four IDX files of MNIST and its kin.
 * @param files - any files; the four are found by their names.
 * @returns one channel; classes are the labels that occur, or those that a file of their names lists, in order.
 * @throws LabError DATASET_NOT_FOUND, DATASET_UNSUPPORTED if a file is missing or doubled, DATASET_CORRUPT if one is damaged.
 */
export const importIdx = async (files: readonly Source[], context: ImportContext): Promise<DecodedSet> => {
  const paths = {
    train: { labels: findFile(files, 'train', 'labels'), images: findFile(files, 'train', 'images') },
    test: { labels: findFile(files, 'test', 'labels'), images: findFile(files, 'test', 'images') },
  };
  const readHalf = async (half: Half, share: number) => {
    const { labels: labelsPath, images: imagesPath } = paths[half];
    context.onProgress({ message: `Reading ${nameOf(labelsPath)} and ${nameOf(imagesPath)}`, share });
    const labels =
      (await readQmnistLabels(labelsPath, context.signal)) ??
      (await readIdx(labelsPath, 'labels', null, context.signal));
    return { labels, images: await readIdx(imagesPath, 'images', labels.values.length, context.signal) };
  };
  const train = await readHalf('train', 0);
  const test = await readHalf('test', 0.8);
  const [, height = 0, width = 0] = train.images.sizes;
  checkSameSize(test.images, height, width);
  const names = await readLabelNames(files, context.signal);
  const isTurned = [paths.train.images, paths.test.images].every((source) => /^emnist-/i.test(nameOf(source)));
  if (isTurned) [train, test].forEach(({ images }) => transpose(images));
  const classes = classesOf(train.labels, test.labels, names);
  return {
    height,
    width,
    channels: 1,
    classNames: classes.names,
    train: { images: train.images.values, labels: classes.train },
    test: { images: test.images.values, labels: classes.test },
    source: `IDX files ${[train.images, train.labels, test.images, test.labels].map((file) => file.fileName).join(', ')}${classes.note}${isTurned ? '; rows and columns exchanged, as EMNIST stores its images lying on their side' : ''}`,
    suggestedName:
      basename(dirname(typeof paths.train.images === 'string' ? paths.train.images : paths.train.images.name)) ||
      'IDX images',
    published: null,
  };
};

/** Exchanges rows and columns of square images in place. @throws LabError DATASET_CORRUPT for images that are not square. */
const transpose = ({ fileName, sizes, values }: IdxArray): void => {
  const [count = 0, side = 0, width = 0] = sizes;
  if (side !== width)
    throw new LabError('DATASET_CORRUPT', `${fileName}: images of ${side} × ${width} pixels, but EMNIST's are square.`);
  for (let start = 0; start < count * side * side; start += side * side) {
    for (let row = 0; row < side; row++) {
      for (let column = row + 1; column < side; column++) {
        const [one, other] = [start + row * side + column, start + column * side + row];
        const value = values[one] ?? 0;
        values[one] = values[other] ?? 0;
        values[other] = value;
      }
    }
  }
};

const findFile = (files: readonly Source[], half: Half, content: Content): Source => {
  const found = files.filter((file) => roleOf(file) === `${half} ${content}`);
  const plain = found.filter((file) => !nameOf(file).endsWith('.gz'));
  const [path, ...others] = plain.length === 1 ? plain : found; // a file beside its own .gz is no second one
  if (path === undefined) {
    throw new LabError(
      'DATASET_UNSUPPORTED',
      `No file of ${half} ${content} among ${listed(files)}; expected four IDX files with names like ` +
        `${half === 'train' ? 'train' : 't10k'}-${content}-idx${content === 'images' ? 3 : 1}-ubyte (or .gz).`,
    );
  }
  if (others.length > 0) {
    throw new LabError(
      'DATASET_UNSUPPORTED',
      `Several files of ${half} ${content}: ${listed(found)}; choose the four files of one set.`,
    );
  }
  return path;
};

const listed = (files: readonly Source[]): string =>
  files.length === 0 ? 'no files' : `${files.slice(0, 6).map(nameOf).join(', ')}${files.length > 6 ? ' …' : ''}`;

const checkSameSize = (images: IdxArray, height: number, width: number): void => {
  const [, testHeight, testWidth] = images.sizes;
  if (testHeight !== height || testWidth !== width) {
    throw new LabError(
      'DATASET_CORRUPT',
      `${images.fileName}: images of ${testHeight ?? 0} × ${testWidth ?? 0} pixels, expected ${height} × ${width} as in the training set.`,
    );
  }
};

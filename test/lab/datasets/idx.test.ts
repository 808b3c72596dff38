import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { decode } from '../../../src-main/lab/datasets/detect.ts';
import { folderWith, idxImages, idxLabels, quietly, smallIdx } from './fixtures.ts';

test('four IDX files of a folder become pixels and labels as they are', async () => {
  const set = await decode('auto', [await folderWith(smallIdx())], quietly());
  expect(set).toMatchObject({ height: 2, width: 3, channels: 1, classNames: ['0', '1'] });
  expect([...set.train.images]).toEqual([0, 10, 20, 30].flatMap((value) => Array.from({ length: 6 }, () => value)));
  expect([...set.train.labels]).toEqual([0, 1, 1, 0]);
  expect([...set.test.labels]).toEqual([1, 0]);
});

test.each<{
  what: string;
  train: number[];
  test: number[];
  map?: string;
  names: string[];
  as: number[][];
  note: string;
}>([
  // EMNIST's letters count from 1, and a map names them.
  { what: 'labels from 1', train: [1, 2, 2, 1], test: [2, 1], names: ['1', '2'], as: [[0, 1, 1, 0], [1, 0]], note: 'labels 1–2' }, // prettier-ignore
  { what: 'a part of a set', train: [3, 8, 8, 3], test: [8, 3], names: ['3', '8'], as: [[0, 1, 1, 0], [1, 0]], note: 'labels 3, 8' }, // prettier-ignore
  { what: 'a class without test images', train: [0, 1, 2, 1], test: [1, 0], names: ['0', '1', '2'], as: [[0, 1, 2, 1], [1, 0]], note: '' }, // prettier-ignore
  { what: 'a map', train: [1, 3, 3, 1], test: [3, 1], map: '1 65 97\n2 66 98\r\n3 67 99\n', names: ['Aa (1)', 'Bb (2)', 'Cc (3)'], as: [[0, 2, 2, 0], [2, 0]], note: 'labels 1–3' }, // prettier-ignore
])(
  'of $what, classes are those that occur or that the map names',
  async ({ train, test: tested, map, names, as, note }) => {
    const folder = await folderWith({
      ...smallIdx(),
      [trainLabels]: idxLabels(train),
      [testLabels]: idxLabels(tested),
      ...(map !== undefined && { 'emnist-letters-mapping.txt': map }),
    });
    const set = await decode('auto', [folder], quietly());
    expect(set.classNames).toEqual(names);
    expect([[...set.train.labels], [...set.test.labels]]).toEqual(as);
    expect(set.source).toMatch(note === '' ? /ubyte$/ : new RegExp(`classes are the ${note}$`));
  },
);

test('a map that is none is refused by its line', async () => {
  const folder = await folderWith({ ...smallIdx(), 'emnist-mapping.txt': '0 48\none 49\n' });
  await expect(decode('auto', [folder], quietly())).rejects.toThrow(/emnist-mapping.txt, line 2: "one 49"/);
});

test('four paths, gzip and names of other publishers are the same set', async () => {
  const plain = smallIdx();
  const folder = await folderWith({
    'emnist-letters-train-images-idx3-ubyte.gz': gzipSync(plain['train-images-idx3-ubyte'] ?? ''),
    'emnist-letters-train-labels-idx1-ubyte.gz': gzipSync(plain['train-labels-idx1-ubyte'] ?? ''),
    'test-images.idx3-ubyte': plain['t10k-images-idx3-ubyte'] ?? '',
    'test-labels.idx1-ubyte': plain['t10k-labels-idx1-ubyte'] ?? '',
  });
  const names = [
    'test-labels.idx1-ubyte',
    'emnist-letters-train-images-idx3-ubyte.gz',
    'test-images.idx3-ubyte',
    'emnist-letters-train-labels-idx1-ubyte.gz',
  ];
  const set = await decode(
    'auto',
    names.map((name) => join(folder, name)),
    quietly(),
  );
  const same = await decode('idx', [await folderWith(plain)], quietly());
  expect([set.train, set.test]).toEqual([same.train, same.test]);
});

const trainImages = 'train-images-idx3-ubyte';
const trainLabels = 'train-labels-idx1-ubyte';
const testLabels = 't10k-labels-idx1-ubyte';
const truncatedGzip = gzipSync(idxImages(4)).subarray(0, 20);

test.for<[damage: string, files: Record<string, Buffer>, code: string, message: RegExp]>([
  [
    'labels as images',
    { [trainImages]: idxLabels(Array.from({ length: 20 }, () => 0)) },
    'DATASET_CORRUPT',
    /train-images.*magic number 2049, expected 2051/,
  ],
  [
    'images as labels',
    { [trainLabels]: idxImages(4) },
    'DATASET_CORRUPT',
    /train-labels.*magic number 2051, expected 2049/,
  ],
  [
    'an empty file',
    { [trainLabels]: Buffer.alloc(0) },
    'DATASET_CORRUPT',
    /train-labels.*0 bytes, fewer than its header of 8/,
  ],
  [
    'a cut header',
    { [trainImages]: idxImages(4).subarray(0, 15) },
    'DATASET_CORRUPT',
    /15 bytes, fewer than its header of 16/,
  ],
  [
    'a cut file',
    { [trainImages]: idxImages(4).subarray(0, -1) },
    'DATASET_CORRUPT',
    /train-images.*only 3 whole images, fewer than the 4 images of 2 × 3 of its header/,
  ],
  [
    'a trailing byte',
    { [trainImages]: Buffer.concat([idxImages(4), Buffer.alloc(1)]) },
    'DATASET_CORRUPT',
    /holds more than the 4 images of 2 × 3 of its header/,
  ],
  [
    'more images than labels',
    { [trainImages]: idxImages(5) },
    'DATASET_CORRUPT',
    /train-images.*5 images, but there are 4 labels/,
  ],
  ['no examples', { [trainLabels]: idxLabels([]) }, 'DATASET_CORRUPT', /train-labels.*sizes 0, expected at least one/],
  ['images without pixels', { [trainImages]: idxImages(4, 0, 3) }, 'DATASET_CORRUPT', /sizes 4 × 0 × 3/],
  ['images too wide', { [trainImages]: idxImages(4, 1, 4097) }, 'DATASET_CORRUPT', /sizes 4 × 1 × 4097/],
  [
    'test images of another size',
    { 't10k-images-idx3-ubyte': idxImages(2, 3, 2) },
    'DATASET_CORRUPT',
    /t10k-images.*3 × 2 pixels, expected 2 × 3/,
  ],
  [
    'a label far out',
    { [trainLabels]: idxLabels([0, 1, 255, 0]) },
    'DATASET_CORRUPT',
    /train-labels-idx1-ubyte, record 2: label 255, expected 0–1/,
  ],
  [
    'a test label out of range',
    { [testLabels]: idxLabels([1, 2]) },
    'DATASET_CORRUPT',
    /t10k-labels-idx1-ubyte, record 1: label 2, expected 0–1/,
  ],
  ['one class', { [trainLabels]: idxLabels([0, 0, 0, 0]) }, 'DATASET_CORRUPT', /every label is 0/],
  ['a lying header', { [trainLabels]: idxLabels([0], 0xffffffff) }, 'DATASET_UNSUPPORTED', /announces 4,295 MB/],
  ['a cut gzip', { [trainImages]: truncatedGzip }, 'DATASET_CORRUPT', /train-images.*not a whole gzip file/],
  [
    'a gzip bomb',
    { [trainImages]: gzipSync(Buffer.concat([idxImages(4), Buffer.alloc(5e7)])) },
    'DATASET_CORRUPT',
    /holds more than the 4 images of 2 × 3 of its header/,
  ],
])('IDX with %s is refused', async ([, files, code, message]) => {
  const folder = await folderWith({ ...smallIdx(), ...files });
  await expect(decode('auto', [folder], quietly())).rejects.toMatchObject({
    code,
    message: expect.stringMatching(message) as string,
  });
});

test.for<[what: string, names: readonly string[], code: string, message: RegExp]>([
  ['three files', [trainImages, trainLabels, testLabels], 'DATASET_UNSUPPORTED', /No file of test images/],
  [
    'a missing file',
    [trainImages, trainLabels, testLabels, 'gone-t10k-images'],
    'DATASET_NOT_FOUND',
    /no file gone-t10k-images/,
  ],
])('%s are refused', async ([, names, code, message]) => {
  const folder = await folderWith(smallIdx());
  const paths = names.map((name) => join(folder, name));
  await expect(decode('auto', paths, quietly())).rejects.toMatchObject({
    code,
    message: expect.stringMatching(message) as string,
  });
});

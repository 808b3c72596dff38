import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import type { SplitChoice, ValueRange } from '../../../shared/dataset.ts';
import { decode } from '../../../src-main/lab/datasets/detect.ts';
import { readPickle } from '../../../src-main/lab/datasets/formats/pickle.ts';
import { zipOf } from '../bundles/zip.ts';
import { idxImages, idxLabels, quietly, smallIdx, tarGz, temporaryFolder } from './fixtures.ts';
import { pythonFile } from './pythonFiles.ts';

type Files = Readonly<Record<string, Buffer | string>>;

const folderOf = async (files: Files): Promise<string> => {
  const folder = await temporaryFolder();
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
  return folder;
};
const decoded = async (files: Files, split: SplitChoice | null = null, range: ValueRange | null = null) =>
  decode('auto', [await folderOf(files)], { ...quietly(), split, range });
const chosen = async (name: string, content: Buffer, split: SplitChoice | null = null) =>
  decode('auto', [join(await folderOf({ [name]: content }), name)], { ...quietly(), split });

/** The numbers of `g(n)`: images of 2 × 3 pixels. */
const g = (count: number): number[] => Array.from({ length: 6 * count }, (_, index) => index);
/** They are dark: not what bytes usually are, so that it must be said. */
const bytes = { from: 0, to: 255 };
const fourAndTwo = { height: 2, width: 3, channels: 1, classNames: ['0', '1'] };

const cifarPython = (batch = pythonFile('pythonBatch')): Files => ({
  ...Object.fromEntries([1, 2, 3, 4, 5].map((part) => [`cifar-10-batches-py/data_batch_${part}`, batch])),
  'cifar-10-batches-py/test_batch': batch,
  'cifar-10-batches-py/batches.meta': pythonFile('pythonMeta'),
});

test.each<[what: string, files: () => Files]>([
  ['Python version', cifarPython],
  ['Python version, as newer ones pickle', () => cifarPython(pythonFile('pythonBatch5'))],
  [
    'MATLAB version',
    () => ({
      ...Object.fromEntries(
        ['data_batch_1', 'data_batch_2', 'data_batch_3', 'data_batch_4', 'data_batch_5', 'test_batch'].map((name) => [
          `${name}.mat`,
          pythonFile('matBatch'),
        ]),
      ),
      'batches.meta.mat': pythonFile('matMeta'),
    }),
  ],
])('CIFAR-10 in its %s', async (_, files) => {
  const set = await decoded(files());
  expect(set).toMatchObject({
    height: 32,
    width: 32,
    channels: 3,
    published: null,
    suggestedName: 'CIFAR-10 (unverified)',
  });
  expect(set.classNames).toEqual([
    'airplane',
    'automobile',
    'bird',
    'cat',
    'deer',
    'dog',
    'frog',
    'horse',
    'ship',
    'truck',
  ]);
  expect([...set.train.labels]).toEqual([3, 1, 3, 1, 3, 1, 3, 1, 3, 1]);
  expect([...set.test.labels]).toEqual([3, 1]);
  expect([...set.test.images.subarray(0, 6)]).toEqual([250, 11, 12, 10, 11, 12]);
  expect([...set.test.images.subarray(3072, 3078)]).toEqual([250, 21, 22, 20, 21, 22]);
});

test('archives may lie in archives: the Python version in a tar, in a zip', async () => {
  const tar = await tarGz(Object.entries(cifarPython()).map(([name, content]) => [{ name }, Buffer.from(content)]));
  const zip = join(await temporaryFolder(), 'cifar.zip');
  await zipOf(zip, new Map([['data/cifar-10-python.tar.gz', tar]]));
  for (const set of [await chosen('cifar-10-python.tar.gz', tar), await chosen('cifar.zip', await readFile(zip))]) {
    expect([...set.train.labels]).toHaveLength(10);
    expect(set.source).toMatch(/MD5 [0-9a-f]{32} \(not the published archive's c58f30108f718f92721af3b95e74349a\)/);
  }
});

test('a pickle never runs anything: what it would call is named, and refused', async () => {
  const evil = pythonFile('evil');
  expect(evil.toString('latin1')).toContain('system');
  await expect(decoded(cifarPython(evil))).rejects.toMatchObject({
    code: 'DATASET_UNSUPPORTED',
    message: expect.stringMatching(/posix\.system|nt\.system/) as string,
  });
  expect(existsSync('/tmp/ran')).toBe(false);
  const text = (words: string): Buffer => Buffer.from(words, 'latin1');
  for (const instructions of ['cbuiltins\neval\n', 'cnumpy\nload\n', 'i__main__\nx\n', 'P1\n'])
    expect(() => readPickle(text(`\x80\x02${instructions}.`), 'x')).toThrow(/could run a program/);
  // An array in Python 2's own words.
  const python2 = `\x80\x02}q\x01(U\x04datacnumpy.core.multiarray\n_reconstruct\nq\x02cnumpy\nndarray\nK\x00\x85U\x01b\x87Rq\x03(K\x01K\x02K\x03\x86cnumpy\ndtype\nU\x02u1K\x00K\x01\x87R(K\x03U\x01|NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb\x89U\x06abcdeftbU\x06labels](K\x07K\x08eu.`;
  const map = readPickle(text(python2), 'x');
  expect(map instanceof Map && map.get('data')).toMatchObject({ shape: [2, 3], type: 'u1', bytes: text('abcdef') });
  expect(map instanceof Map && map.get('labels')).toEqual([7, 8]);
  for (let length = 2; length < python2.length; length += 7)
    expect(() => readPickle(text(python2.slice(0, length)), 'x')).toThrow(/could run|no whole pickle/);
});

test('SVHN: columns first, and label 10 is the digit 0', async () => {
  const set = await decoded({
    'train_32x32.mat': pythonFile('svhnTrain'),
    'test_32x32.mat': pythonFile('svhnTest'),
    'extra_32x32.mat': 'x',
  });
  expect(set).toMatchObject({ height: 32, width: 32, channels: 3, classNames: ['0', '1', '2'] });
  expect([[...set.train.labels], [...set.test.labels]]).toEqual([[0, 1, 0, 2], [2, 0, 1]]); // prettier-ignore
  const at = (image: number, row: number, column: number) => [
    ...set.train.images.subarray(((image * 32 + row) * 32 + column) * 3).subarray(0, 3),
  ];
  expect([at(3, 1, 2), at(3, 2, 1), at(0, 1, 2)]).toEqual([[203, 30, 30], [30, 30, 30], [200, 0, 0]]); // prettier-ignore
  expect(set.source).toContain('left aside: extra_32x32.mat');
});

test.each<[what: string, files: () => Files]>([
  ['one .npz, as of Keras', () => ({ 'mnist.npz': pythonFile('keras') })],
  [
    'an .npz each, as KMNIST',
    () => ({
      'k-train-imgs.npz': pythonFile('kImages'),
      'k-train-labels.npz': pythonFile('kLabels'),
      ...{
        'test_images.npy': Buffer.concat([npyOf([2, 2, 3]), Buffer.from(g(2))]),
        'test_labels.npy': Buffer.concat([npyOf([2]), Buffer.of(1, 0)]),
      },
    }),
  ],
])('arrays of numpy: %s', async (_, files) => {
  const set = await decoded(files(), null, bytes);
  expect(set).toMatchObject(fourAndTwo);
  expect([[...set.train.labels], [...set.test.labels]]).toEqual([[0, 1, 1, 0], [1, 0]]); // prettier-ignore
  expect([[...set.train.images], [...set.test.images]]).toEqual([g(4), g(2)]);
});

/** The header of an .npy file, of bytes if nothing else is said, as its documentation describes it. */
const npyOf = (shape: readonly number[], type = '|u1'): Buffer => {
  const text = `{'descr': '${type}', 'fortran_order': False, 'shape': (${shape.join(', ')},), }`.padEnd(117) + '\n';
  return Buffer.concat([
    Buffer.from('\x93NUMPY\x01\x00', 'latin1'),
    Buffer.of(text.length & 255, text.length >> 8),
    Buffer.from(text),
  ]);
};

/** Two arrays of float32 images of 2 × 2 pixels with their labels, to train and to test with. */
const floats = (train: readonly number[], test: readonly number[]): Files => {
  const array = (values: readonly number[]): Buffer =>
    Buffer.concat([npyOf([values.length / 4, 2, 2], '<f4'), Buffer.from(Float32Array.from(values).buffer)]);
  const labels = (count: number): Buffer => Buffer.concat([npyOf([count]), Buffer.from({ length: count, 0: 1 })]);
  return {
    ...{ 'train_images.npy': array(train), 'train_labels.npy': labels(train.length / 4) },
    ...{ 'test_images.npy': array(test), 'test_labels.npy': labels(test.length / 4) },
  };
};

test('floating-point values are scaled by what they are said to be, all halves alike: byte = round(255 (v − black) / (white − black))', async () => {
  const files = floats([-1, -0.5, 0, 1, 0.25, 0.5, 0.75, -1], [0, 0, 0, 1]);
  const set = await decoded(files, null, { from: -1, to: 1 });
  // 255 · 0.25 = 63.75, 255 · 0.5 = 127.5, 255 · 0.625 = 159.375, 255 · 0.75 = 191.25, 255 · 0.875 = 223.125
  expect([...set.train.images]).toEqual([0, 64, 128, 255, 159, 191, 223, 0]);
  expect([...set.test.images]).toEqual([128, 128, 128, 255]);
  expect(set.source).toContain('values from -1 (black) to 1 (white)');
  await expect(decoded(files)).rejects.toThrow(/values from -1 to 1, .*--range -1\.\.1 \(in the window: Values\)/);
  await expect(decoded(files, null, { from: 0, to: 1 })).rejects.toThrow(/beyond the 0 to 1 that were given/);
  // A test half of nothing but 0 and 1 is not taken for bytes where the training half is of fractions.
  const unit = await decoded(floats([0, 51 / 255, 1, 0.6, 0, 0, 0, 0.2], [0, 0, 0, 1]));
  expect([[...unit.train.images], [...unit.test.images]]).toEqual([[0, 51, 255, 153, 0, 0, 0, 51], [0, 0, 0, 255]]); // prettier-ignore
});

test.each<[what: string, values: readonly number[], offers: string]>([
  ['digits of 0 to 16', [0, 16, 3, 4, 7, 8, 1, 2], '0..16'],
  ['black and white as 0 and 1', [0, 1, 1, 0, 0, 0, 1, 1], '0..1'],
  ['12 bits', [0, 4000, 17, 255, 0, 0, 1, 1], '0..4095'],
  ['fractions that no byte has', [0, 0.3333, 0.9, 0.1, 0, 0, 1, 1], '0..1'],
  ['bytes with fractions', [0, 254.5, 3, 4, 0, 0, 1, 1], '0..255'],
])('values that nobody can tell are asked about, never trained on as near black: %s', async (_, values, offers) => {
  await expect(decoded(floats(values, values))).rejects.toThrow(`as with --range ${offers} `);
});

test('values that are no numbers are refused, whatever was said', async () => {
  const files = floats([0, 1, NaN, 0, 0, 0, 0, 0], [0, 0, 0, 1]);
  await expect(decoded(files, null, { from: 0, to: 1 })).rejects.toThrow(/no numbers \(NaN\) or infinite/);
});

test('MedMNIST: labels in a column, three channels, and the validation images are left aside', async () => {
  const set = await decoded({ 'pathmnist.npz': pythonFile('medmnist') }, null, bytes);
  expect(set).toMatchObject({ ...fourAndTwo, channels: 3 });
  expect([...set.train.labels]).toEqual([0, 1, 1, 0]);
  expect([...set.test.images]).toEqual(g(2).flatMap((value) => [value, value, value]));
  expect(set.source).toContain('left aside: pathmnist.npz, val_images (3 images)');
});

test.each<
  [what: string, images: Parameters<typeof pythonFile>[0], range: ValueRange | null, of: (values: number[]) => number[]]
>([
  ['columns first', 'fortran', bytes, (values) => values],
  ['divided by 255', 'unit', { from: 0, to: 1 }, (values) => values],
  ['planes of colours', 'planes', null, (values) => values.flatMap((value) => [value, value + 100, value + 200])],
])(
  '%s, labels with their high byte first; without a split of their own, one is drawn',
  async (_, images, range, of) => {
    const files = { 'images.npy': pythonFile(images), 'labels.npy': pythonFile('labels4') };
    await expect(decoded(files)).rejects.toThrow(/There are 4 images, but none to test with.*--test-share/);
    const set = await decoded(files, { testShare: 0.5, seed: 0 }, range);
    expect([set.train.labels.length, set.test.labels.length]).toEqual([2, 2]);
    const whole = of(g(4));
    const size = whole.length / 4;
    const all = [set.train, set.test].flatMap(({ images: bytes }) =>
      [0, 1].map((index) => [...bytes.subarray(index * size, (index + 1) * size)]),
    );
    const expected = [0, 1, 2, 3].map((index) => whole.slice(index * size, (index + 1) * size));
    expect(all.toSorted((a, b) => (a[0] ?? 0) - (b[0] ?? 0))).toEqual(expected);
  },
);

test.each<[what: string, files: () => Files, says: RegExp]>([
  ['several labels an image', () => ({ 'chest.npz': pythonFile('multi') }), /none to test with|one label an image/],
  [
    'values from −1 to 1',
    () => ({ 'images.npy': pythonFile('signed'), 'labels.npy': pythonFile('labels4') }),
    /values from -1 to -?0\.\d+, expected bytes.*--range -1\.\.1 /,
  ],
  [
    'objects',
    () => ({ 'images.npy': pythonFile('objects'), 'labels.npy': pythonFile('labels4') }),
    /kind "O"|not understood/,
  ],
  [
    'arrays of other names',
    () => ({ 'a.npz': pythonFile('kImages') }),
    /Found the arrays a\.npz, arr_0 \(4 × 2 × 3\), but no images with labels/,
  ],
])('arrays are refused with what they are: %s', async (_, files, says) => {
  await expect(decoded(files(), { testShare: 0.5, seed: 0 })).rejects.toThrow(says);
});

test.each<[name: string, starts: string, says: RegExp]>([
  ['set.7z', '7z\xbc\xaf\x27\x1c', /a 7z archive.*Unpack it/],
  ['set.rar', 'Rar!\x1a\x07\x00', /RAR/],
  ['set.tar.xz', '\xfd7zXZ\0', /xz.*tar -xJf/],
  ['set.tar.bz2', 'BZh9', /bzip2/],
  ['set.h5', '\x89HDF\r\n\x1a\n', /HDF5.*npz/],
])('%s is refused with what it is and what would do', async (name, starts, says) => {
  await expect(chosen(name, Buffer.from(`${starts}${' '.repeat(600)}`, 'latin1'))).rejects.toThrow(says);
});

test.each<[name: string, starts: string, says: RegExp]>([
  [
    'data-00000-of-00001.arrow',
    '\xff\xff\xff\xff',
    /Found 1 file \(data-00000-of-00001\.arrow\); .*is an Arrow file.*to_parquet/,
  ],
  ['train.tfrecord-00000-of-00004', '', /TFRecord/],
  [
    'train-0.parquet',
    'version https://git-lfs.github.com/spec/v1\n',
    /train-0\.parquet cannot be read: .*git lfs pull/,
  ],
  ['training.pt', '\x80\x02\x8a\nl', /training\.pt is a file of PyTorch/],
  ['train.p', '\x80\x03}q\0', /train\.p is a pickle of Python, which may hold programs/],
  ['data.mdb', `${'\0'.repeat(16)}\xde\xc0\xef\xbe`, /LMDB/],
  ['camelyon_train_x.h5.gz', '\x89HDF\r\n\x1a\n', /HDF5/],
  ['set.z01', 'PK\x03\x04', /a part of an archive/],
])('in a folder, %s is told by what it is and what would do', async (name, starts, says) => {
  const content = Buffer.from(`${starts}${' '.repeat(600)}`, 'latin1');
  await expect(decoded({ [name]: name.endsWith('.gz') ? gzipSync(content) : content })).rejects.toThrow(says);
});

test.each<[what: string, files: Files, says: RegExp]>([
  [
    'pixels in a table',
    { 'train.csv': 'label,pixel0,pixel1\n1,0,255\n' },
    /train\.csv is a table of text.*pixels.*npz/,
  ],
  [
    'STL-10',
    { 'train_X.bin': 'x', 'train_y.bin': 'x', 'class_names.txt': 'car\n' },
    /STL-10.*reshape\(-1, 3, 96, 96\)/,
  ],
  ['parts in archives', { 'train.tar': 'x', 'test.tar': 'x' }, /Of archives \(test\.tar, train\.tar\), choose one/],
])('where there is only %s, it is said what would do', async (_, files, says) => {
  await expect(decoded(files)).rejects.toThrow(says);
});

test('what else lies beside a set does not keep it from being read', async () => {
  const model = join(await temporaryFolder(), 'model.zip');
  await zipOf(model, new Map([['archive/data.pkl', Buffer.from('\x80\x02}q\0.')]]));
  const set = await decoded({
    ...cifarPython(),
    'runs/best.pt': await readFile(model),
    'notes.7z': '7z\xbc\xaf\x27\x1c',
  });
  expect(set.suggestedName).toBe('CIFAR-10 (unverified)');
  await expect(chosen('best.pt', await readFile(model))).rejects.toThrow(/best\.pt is a file of PyTorch/);
});

test('IDX files in a tar that was made of "."', async () => {
  const path = join(await temporaryFolder(), 'set.tgz');
  await writeFile(
    path,
    await tarGz(Object.entries(smallIdx()).map(([name, content]) => [{ name: `./${name}` }, content])),
  );
  const set = await decode('auto', [path], quietly());
  expect([...set.train.labels]).toEqual([0, 1, 1, 0]);
  expect(set.suggestedName).toBe('set'); // its files lie in no folder
});

test('IDX files in a zip, compressed twice', async () => {
  const zip = join(await temporaryFolder(), 'mnist.zip');
  await zipOf(
    zip,
    new Map(Object.entries(smallIdx()).map(([name, bytes]) => [`${name}.gz`, gzipSync(gzipSync(bytes))])),
  );
  const set = await decode('auto', [zip], quietly());
  expect(set).toMatchObject({ ...fourAndTwo, suggestedName: 'mnist' });
  expect([...set.train.labels]).toEqual([0, 1, 1, 0]);
});

test('EMNIST’s images lie on their side, and are turned; those of others stay', async () => {
  const image = Buffer.concat([idxImages(1, 2, 2).subarray(0, 16), Buffer.of(1, 2, 3, 4)]);
  image.writeUInt32BE(2, 4);
  const two = Buffer.concat([image, Buffer.of(5, 6, 7, 8)]);
  const files = (name: string): Files => ({
    ...{ [`${name}train-images-idx3-ubyte`]: two, [`${name}train-labels-idx1-ubyte`]: idxLabels([0, 1]) },
    ...{ [`${name}test-images-idx3-ubyte`]: two, [`${name}test-labels-idx1-ubyte`]: idxLabels([0, 1]) },
  });
  expect([...(await decoded(files('emnist-digits-'))).train.images]).toEqual([1, 3, 2, 4, 5, 7, 6, 8]);
  expect([...(await decoded(files(''))).train.images]).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
});

test('QMNIST’s labels are the first of eight numbers', async () => {
  const labels = (values: readonly number[]): Buffer => {
    const bytes = Buffer.alloc(12 + 32 * values.length, 7);
    [0x0c02, values.length, 8].forEach((word, index) => bytes.writeUInt32BE(word, 4 * index));
    values.forEach((value, index) => bytes.writeInt32BE(value, 12 + 32 * index));
    return bytes;
  };
  const files = (test: readonly number[]): Files => ({
    ...{ 'qmnist-train-images-idx3-ubyte': idxImages(4), 'qmnist-train-labels-idx2-int': labels([0, 1, 1, 0]) },
    ...{ 'qmnist-test-images-idx3-ubyte': idxImages(2), 'qmnist-test-labels-idx2-int': labels(test) },
  });
  const set = await decoded(files([1, 0]));
  expect([[...set.train.labels], [...set.test.labels]]).toEqual([[0, 1, 1, 0], [1, 0]]); // prettier-ignore
  await expect(decoded(files([1, 10]))).rejects.toThrow(/record 1: class 10, expected 0–9/);
});

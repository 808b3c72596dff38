import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import type { SplitChoice } from '../../../shared/dataset.ts';
import { decode } from '../../../src-main/lab/datasets/detect.ts';
import { openLibrary } from '../../../src-main/lab/datasets/index.ts';
import { readImageDataset } from '../../../src-main/trainer/data/imageFiles/manifest.ts';
import { zipOf } from '../bundles/zip.ts';
import { entriesOf, quietly, tarGz, temporaryFolder } from './fixtures.ts';
import { parquetFile } from './parquetFiles.ts';

type Files = Readonly<Record<string, Buffer>>;

const folderOf = async (files: Files): Promise<string> => {
  const folder = await temporaryFolder();
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
  return folder;
};
const zipped = async (files: Files): Promise<string> => {
  const path = join(await temporaryFolder(), 'pets.zip');
  await zipOf(path, new Map(Object.entries(files)));
  return path;
};
const tarred = async (files: Files): Promise<string> => {
  const path = join(await temporaryFolder(), 'pets.tar.gz');
  await writeFile(path, await tarGz(entriesOf(new Map(Object.entries(files)), './')));
  return path;
};
const decoded = async (files: Files, split: SplitChoice | null = null) =>
  decode('auto', [await folderOf(files)], { ...quietly(), split });
const grey = (value: number): number[] => new Array<number>(12).fill(value);

test('grey images stay grey; halves and classes are what the tables say', async () => {
  const set = await decoded({
    'data/train-00000-of-00001.parquet': parquetFile('grey'),
    'data/test-00000-of-00001.parquet': parquetFile('greyTest'),
    'README.md': Buffer.from('# A card'),
  });
  expect(set).toMatchObject({ width: 4, height: 3, channels: 1, classNames: ['cat (0)', 'dog (1)'] });
  expect([[...set.train.labels], [...set.test.labels]]).toEqual([[0, 1, 0, 1, 0, 1], [1, 0]]); // prettier-ignore
  expect([...set.train.images]).toEqual([0, 10, 20, 30, 40, 50].flatMap(grey));
  expect([...set.test.images]).toEqual([200, 210].flatMap(grey));
  expect(set.source).toContain('train-00000-of-00001.parquet');
});

test('two tables follow one another; colours stay; of two columns of classes the fine one counts; a split is drawn', async () => {
  const files = { 'train-0.parquet': parquetFile('colour'), 'train-1.parquet': parquetFile('colour') };
  await expect(decoded(files)).rejects.toThrow(/There are 8 images, but none to test with/);
  const set = await decoded(files, { testShare: 0.5, seed: 0 });
  expect(set).toMatchObject({ channels: 3, classNames: ['cat (0)', 'dog (1)'] });
  expect([set.train.labels.length, set.test.labels.length]).toEqual([4, 4]);
  expect([...set.train.images.subarray(1, 3)]).toEqual([20, 30]);
  expect(set.source).toContain('classes of coarse_label left aside');
});

test('classes as texts, images as bytes alone', async () => {
  const set = await decoded({ 'train.parquet': parquetFile('text'), 'test.parquet': parquetFile('text') });
  expect([...set.train.labels]).toEqual([1, 0, 1, 0]);
  expect([...set.train.images]).toEqual([1, 2, 3, 4].flatMap(grey));
});

test('tests without classes give way to what validates', async () => {
  const set = await decoded({
    'train.parquet': parquetFile('grey'),
    'validation.parquet': parquetFile('greyTest'),
    'test.parquet': parquetFile('unlabelled'),
  });
  expect([...set.test.labels]).toEqual([1, 0]);
  expect(set.source).toContain('left aside: test.parquet');
});

test('images of several sizes are unpacked into the library, as their own bytes', async () => {
  const library = join(await temporaryFolder(), 'datasets');
  await mkdir(library);
  const files = { 'train/0.parquet': parquetFile('sizes'), 'test/0.parquet': parquetFile('sizes') };
  const info = await openLibrary(library).import({ kind: 'auto', paths: [await folderOf(files)], name: 'sizes' });
  expect(info).toMatchObject({ storage: 'files', classNames: ['cat', 'dog'], classCounts: [2, 2], testCount: 4 });
  const { train } = readImageDataset(info, join(library, 'sizes'));
  expect(train.files.map(({ path, width }, at) => [path, width, train.labels[at]])).toEqual([
    ['train/cat/0-0000000.png.unpacked', 4, 0],
    ['train/cat/0-0000002.png.unpacked', 6, 0],
    ['train/dog/0-0000001.png.unpacked', 5, 1],
    ['train/dog/0-0000003.png.unpacked', 7, 1],
  ]);
  expect(await readdir(library)).toEqual(['sizes']);
});

test.each<[what: string, pack: (files: Files) => Promise<string>]>([
  ['zip', zipped],
  ['tar.gz', tarred],
])('tables in a %s are the set that they are beside each other, whatever sizes their images have', async (_, pack) => {
  const library = join(await temporaryFolder(), 'datasets');
  await mkdir(library);
  const imported = (paths: string[]) => openLibrary(library).import({ kind: 'auto', paths, name: null });
  const files = {
    ...{ 'pets/data/train-0.parquet': parquetFile('sizes'), 'pets/data/test-0.parquet': parquetFile('sizes') },
    ...{ 'pets/README.md': Buffer.from('# Pets'), '__MACOSX/pets/data/._train-0.parquet': Buffer.from('x') },
  };
  const info = await imported([await pack(files)]);
  expect(info).toMatchObject({ id: 'pets', storage: 'files', classNames: ['cat', 'dog'], classCounts: [2, 2] });
  expect(info.source).toMatch(/^Images in tables in pets\.(?:zip|tar\.gz), unpacked into the library/);
  expect(await imported([await folderOf(files)])).toMatchObject({ id: 'pets', sha256: info.sha256 });
  // Small ones of one size are decoded, as they are out of an archive.
  const small = { 'train.parquet': parquetFile('grey'), 'test.parquet': parquetFile('greyTest') };
  expect(await imported([await pack(small)])).toMatchObject({ storage: 'raw', channels: 1, trainCount: 6 });
  expect((await readdir(library)).length).toBe(2);
});

test('a table that only tells of images beside it does not hide them', async () => {
  const image = await sharp({ create: { width: 5, height: 4, channels: 3, background: 'red' } })
    .png()
    .toBuffer();
  const library = join(await temporaryFolder(), 'datasets');
  await mkdir(library);
  const files = {
    ...{ 'train/cat/1.png': image, 'train/dog/1.png': image, 'val/cat/2.png': image },
    'train/metadata.parquet': parquetFile('numbers'),
  };
  for (const paths of [[await folderOf(files)], [await zipped(files)]])
    expect(await openLibrary(library).import({ kind: 'auto', paths, name: 'a' })).toMatchObject({
      ...{ storage: 'files', classNames: ['cat', 'dog'], trainCount: 2, testCount: 1 },
    });
});

test('a table without images says which columns it has; one that is damaged is refused, wherever it is', async () => {
  await expect(decoded({ 'train.parquet': parquetFile('numbers') })).rejects.toThrow(
    /train\.parquet has the columns text, y, but none of images/,
  );
  const whole = parquetFile('grey');
  for (let at = 4; at < whole.length; at += 113) {
    const broken = Buffer.from(whole);
    broken.fill(0xff, at, at + 6);
    const outcome = await decoded({ 'train.parquet': broken, 'test.parquet': parquetFile('greyTest') }).then(
      () => 'read', // the bytes said nothing that matters
      (error: unknown) => (error instanceof Error && 'code' in error ? String(error.code) : String(error)),
    );
    expect(outcome).toMatch(/^(?:read|DATASET_\w+)$/);
  }
  for (const length of [4, 100, whole.length - 1])
    await expect(decoded({ 'train.parquet': whole.subarray(0, length) })).rejects.toMatchObject({
      code: 'DATASET_CORRUPT',
    });
});

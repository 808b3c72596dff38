import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import type { Header } from 'tar-stream';
import { afterEach } from 'vitest';
import type { CifarLayout } from '../../../src-main/lab/datasets/cifar.ts';
import type { ImportContext } from '../../../src-main/lab/datasets/decodedSet.ts';

const folders: string[] = [];
afterEach(async () => {
  await Promise.all(folders.splice(0).map((folder) => rm(folder, { recursive: true, force: true })));
});

/** A folder that is gone after the test. */
export const temporaryFolder = async (): Promise<string> => {
  const folder = await mkdtemp(join(tmpdir(), 'esam-lab-datasets-'));
  folders.push(folder);
  return folder;
};

/** Writes files into a new temporary folder. */
export const folderWith = async (files: Readonly<Record<string, Uint8Array | string>>): Promise<string> => {
  const folder = await temporaryFolder();
  for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
  return folder;
};

export const quietly = (): ImportContext => ({ signal: new AbortController().signal, onProgress: () => undefined });

const bigEndian = (...numbers: readonly number[]): Buffer => {
  const bytes = Buffer.alloc(4 * numbers.length);
  numbers.forEach((number, index) => bytes.writeUInt32BE(number, 4 * index));
  return bytes;
};

export const idxLabels = (labels: readonly number[], announced = labels.length, magic = 2049): Buffer =>
  Buffer.concat([bigEndian(magic, announced), Buffer.from(labels)]);

/** Image n is filled with the byte 10·n. */
export const idxImages = (count: number, height = 2, width = 3, announced = count): Buffer =>
  Buffer.concat([
    bigEndian(2051, announced, height, width),
    ...Array.from({ length: count }, (_, image) => Buffer.alloc(height * width, 10 * image)),
  ]);

/** Four training and two test images of 2 × 3 pixels in two classes. */
export const smallIdx = (): Record<string, Buffer> => ({
  'train-images-idx3-ubyte': idxImages(4),
  'train-labels-idx1-ubyte': idxLabels([0, 1, 1, 0]),
  't10k-images-idx3-ubyte': idxImages(2),
  't10k-labels-idx1-ubyte': idxLabels([1, 0]),
});

/** The same format as published, with fewer records, so that a test need not unpack 180 MB. */
export const shortened = (layout: CifarLayout, records = 3): CifarLayout => ({
  ...layout,
  trainRecordsPerFile: records,
  testRecordsPerFile: records,
});

/** Bytes of one file: label bytes 0, 1, 2 … of each record within its classes; planes filled with 1, 2, 3. */
const records = (layout: CifarLayout, count: number): Buffer =>
  Buffer.concat(
    Array.from({ length: count }, (_, record) =>
      Buffer.concat([
        Buffer.from(layout.labelClasses.map((classes) => record % classes)),
        ...[1, 2, 3].map((value) => Buffer.alloc(1024, value)),
      ]),
    ),
  );

/** All members of a CIFAR archive in this layout. */
export const cifarMembers = (layout: CifarLayout): Map<string, Buffer> =>
  new Map([
    ...layout.trainFiles.map((file) => [file, records(layout, layout.trainRecordsPerFile)] as const),
    ...layout.testFiles.map((file) => [file, records(layout, layout.testRecordsPerFile)] as const),
    [
      layout.namesFile,
      Buffer.from(Array.from({ length: layout.labelClasses.at(-1) ?? 0 }, (_, index) => `class ${index}\n`).join('')),
    ],
  ]);

export type Entry = readonly [header: Partial<Header> & { name: string }, content: Buffer];

/** A .tar.gz of these entries, in this order. */
export const tarGz = async (entries: readonly Entry[]): Promise<Buffer> => {
  const archive = pack();
  const packed = buffer(archive);
  for (const [header, content] of entries) {
    if (header.type === undefined || header.type === 'file') archive.entry(header, content);
    else archive.entry({ ...header, size: 0 }, Buffer.alloc(0));
  }
  archive.finalize();
  return gzipSync(await packed, { level: 1 });
};

export const entriesOf = (members: ReadonlyMap<string, Buffer>, folder = 'cifar-10-batches-bin/'): Entry[] =>
  [...members].map(([name, content]) => [{ name: `${folder}${name}` }, content]);

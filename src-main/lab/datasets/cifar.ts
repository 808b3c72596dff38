import { LabError } from '../../../shared/errors.ts';
import type { DecodedSet, DecodedSplit, ImportContext } from './decodedSet.ts';
import { allocate } from './fileBytes.ts';
import { pause } from './pause.ts';

/** One of the two CIFAR sets in its original binary version: labels, then a red, a green and a blue plane of 32 × 32 bytes. */
export interface CifarLayout {
  readonly id: 'cifar10' | 'cifar100';
  readonly name: string;
  readonly archive: string;
  /** MD5 of the archive as published. */
  readonly md5: string;
  /** Classes of each label byte, in order; the last one is what is learned. */
  readonly labelClasses: readonly number[];
  readonly trainFiles: readonly string[];
  readonly testFiles: readonly string[];
  readonly trainRecordsPerFile: number;
  readonly testRecordsPerFile: number;
  /** Text file with one class name a line. */
  readonly namesFile: string;
}

/** @see Krizhevsky 2009, "Learning Multiple Layers of Features from Tiny Images", binary versions */
export const cifar10: CifarLayout = {
  id: 'cifar10',
  name: 'CIFAR-10',
  archive: 'cifar-10-binary.tar.gz',
  md5: 'c32a1d4ab5d03f1284b67883e8d87530',
  labelClasses: [10],
  trainFiles: [1, 2, 3, 4, 5].map((part) => `data_batch_${part}.bin`),
  testFiles: ['test_batch.bin'],
  trainRecordsPerFile: 10000,
  testRecordsPerFile: 10000,
  namesFile: 'batches.meta.txt',
};

export const cifar100: CifarLayout = {
  id: 'cifar100',
  name: 'CIFAR-100',
  archive: 'cifar-100-binary.tar.gz',
  md5: '03b5dce01913d631647c71ecec9e9cb8',
  labelClasses: [20, 100],
  trainFiles: ['train.bin'],
  testFiles: ['test.bin'],
  trainRecordsPerFile: 50000,
  testRecordsPerFile: 10000,
  namesFile: 'fine_label_names.txt',
};

const side = 32;
const planeBytes = side * side;
const imageBytes = 3 * planeBytes;

const recordBytesOf = (layout: CifarLayout): number => layout.labelClasses.length + imageBytes;

/** The members that are read, with their exact sizes in bytes; null for the small text of class names. */
export const membersOf = (layout: CifarLayout): Map<string, number | null> =>
  new Map<string, number | null>([
    ...layout.trainFiles.map((file) => [file, layout.trainRecordsPerFile * recordBytesOf(layout)] as const),
    ...layout.testFiles.map((file) => [file, layout.testRecordsPerFile * recordBytesOf(layout)] as const),
    [layout.namesFile, null],
  ]);

/**
 * Decodes the members of a CIFAR archive.
 * @param members - file name → content, sizes as in `membersOf`.
 * @param source - where they came from, in words.
 * @param isPublished - whether they are proven to be the published ones. Only then the set is called so: a copy with other labels, or a
 *   part put in another's place, looks the same.
 * @throws LabError DATASET_CORRUPT if a member is missing, a label out of range or the class names are not as many as the classes.
 */
export const decodeCifar = async (
  layout: CifarLayout,
  members: ReadonlyMap<string, Uint8Array>,
  source: string,
  isPublished: boolean,
  context: ImportContext,
): Promise<DecodedSet> => ({
  height: side,
  width: side,
  channels: 3,
  classNames: classNamesOf(layout, memberOf(members, layout.namesFile)),
  train: await decodeFiles(layout, layout.trainFiles, members, context),
  test: await decodeFiles(layout, layout.testFiles, members, context),
  source,
  suggestedName: isPublished ? layout.name : `${layout.name} (unverified)`,
  published: isPublished ? layout.id : null,
});

const memberOf = (members: ReadonlyMap<string, Uint8Array>, fileName: string): Uint8Array => {
  const member = members.get(fileName);
  if (member === undefined) throw new Error(`${fileName} was not read`);
  return member;
};

const classNamesOf = (layout: CifarLayout, text: Uint8Array): string[] => {
  const names = Buffer.from(text)
    .toString('utf8')
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const expected = layout.labelClasses.at(-1) ?? 0;
  if (names.length !== expected || names.some((name) => name.length > 64)) {
    throw new LabError(
      'DATASET_CORRUPT',
      `${layout.namesFile}: ${names.length} class names, expected ${expected}, one a line; the file is damaged or not of ${layout.name}.`,
    );
  }
  return names;
};

const decodeFiles = async (
  layout: CifarLayout,
  fileNames: readonly string[],
  members: ReadonlyMap<string, Uint8Array>,
  context: ImportContext,
): Promise<DecodedSplit> => {
  const files = fileNames.map((fileName) => ({ fileName, bytes: memberOf(members, fileName) }));
  const recordBytes = recordBytesOf(layout);
  const count = files.reduce((sum, { bytes }) => sum + bytes.length / recordBytes, 0);
  const images = allocate(count * imageBytes, layout.archive);
  const labels = new Uint8Array(count);
  let example = 0;
  for (const { fileName, bytes } of files) {
    for (let record = 0; record * recordBytes < bytes.length; record++, example++) {
      if (record % 2000 === 0) await pause(context.signal);
      const start = record * recordBytes;
      labels[example] = checkedLabel(
        layout,
        fileName,
        record,
        bytes.subarray(start, start + layout.labelClasses.length),
      );
      planesToPixels(
        bytes.subarray(start + layout.labelClasses.length, start + recordBytes),
        images,
        example * imageBytes,
      );
    }
  }
  return { images, labels };
};

const checkedLabel = (layout: CifarLayout, fileName: string, record: number, labels: Uint8Array): number => {
  for (const [index, classes] of layout.labelClasses.entries()) {
    const label = labels[index] ?? 0;
    if (label < classes) continue;
    const which = layout.labelClasses.length === 1 ? '' : index === 0 ? 'coarse ' : 'fine ';
    throw new LabError(
      'DATASET_CORRUPT',
      `${fileName}, record ${record}: ${which}label ${label}, expected 0–${classes - 1}; ` +
        `the file is damaged or not ${layout.name}'s binary version. Download ${layout.archive} again. (Records count from 0.)`,
    );
  }
  return labels.at(-1) ?? 0;
};

/**
 * Turns planes uint8 [channels, pixels] into pixels uint8 [pixels, channels].
 * @param into - receives them from `offset` on.
 */
export const planesToPixels = (planes: Uint8Array, into: Uint8Array, offset: number, channels = 3): void => {
  const pixels = planes.length / channels;
  for (let channel = 0; channel < channels; channel++) {
    const plane = channel * pixels;
    for (let pixel = 0; pixel < pixels; pixel++) into[offset + pixel * channels + channel] = planes[plane + pixel] ?? 0;
  }
};

import { LabError } from '../../../shared/errors.ts';
import { allocate, bytesOf, firstBytesOf, nameOf, wholeOf } from './fileBytes.ts';
import type { Source } from './fileBytes.ts';

/** An IDX file of unsigned bytes: sizes [N] or [N, height, width], and the values in that order. */
export interface IdxArray {
  readonly fileName: string;
  readonly sizes: readonly number[];
  readonly values: Uint8Array;
}

/** Magic numbers: two zero bytes, type 8 (unsigned byte), number of dimensions. */
export const idxMagic = { labels: 2049, images: 2051 } as const;

/**
 * Reads one IDX file, plain or gzip. Stops as soon as there are more bytes than its header announces.
 * @param expectedCount - examples there must be; null where this file is the first to tell.
 * @throws LabError DATASET_CORRUPT if magic number, sizes, count or length are not as they must be.
 * @see LeCun, "The MNIST database", "The IDX file format"
 */
export const readIdx = async (
  source: Source,
  content: 'labels' | 'images',
  expectedCount: number | null,
  signal: AbortSignal,
): Promise<IdxArray> => {
  const fileName = nameOf(source);
  const headerBytes = content === 'images' ? 16 : 8;
  let header = Buffer.alloc(0);
  let sizes: number[] = [];
  let values: Buffer | null = null;
  let filled = 0;
  for await (let piece of bytesOf(source, signal)) {
    if (values === null) {
      header = Buffer.concat([header, piece]);
      if (header.length < headerBytes) continue;
      sizes = parseHeader(header, content, fileName);
      checkCount(sizes, expectedCount, fileName);
      values = allocate(product(sizes), fileName);
      piece = header.subarray(headerBytes);
    }
    if (filled + piece.length > values.length) throw wrongLength(fileName, 'more', content, sizes);
    values.set(piece, filled);
    filled += piece.length;
  }
  if (values === null) {
    throw new LabError(
      'DATASET_CORRUPT',
      `${fileName} has ${header.length} bytes, fewer than its header of ${headerBytes}.`,
    );
  }
  if (filled < values.length) {
    const [count = 1] = sizes;
    const whole = Math.floor((filled * count) / values.length);
    throw wrongLength(fileName, `only ${whole} whole ${content}, fewer`, content, sizes);
  }
  return { fileName, sizes, values };
};

/** Magic number of QMNIST's labels: type 12 (32-bit whole numbers), two dimensions. */
const qmnistMagic = 0x0c02;

/**
 * QMNIST's labels: of the eight numbers for each image (class, writer, …) the first.
 * @returns null where this is no such file.
 * @throws LabError DATASET_CORRUPT where it is cut off, or a class is no digit.
 * @see Yadav and Bottou 2019, "Cold Case: The Lost MNIST Digits"
 */
export const readQmnistLabels = async (source: Source, signal: AbortSignal): Promise<IdxArray | null> => {
  const head = await firstBytesOf(source, 4, signal);
  if (head.length < 4 || head.readUInt32BE(0) !== qmnistMagic) return null;
  const fileName = nameOf(source);
  const bytes = await wholeOf(source, signal);
  const [count = 0, columns = 0] = bytes.length < 12 ? [] : [bytes.readUInt32BE(4), bytes.readUInt32BE(8)];
  if (count < 1 || bytes.length !== 12 + 4 * count * columns)
    throw wrongLength(fileName, 'other', 'labels', [count, columns]);
  const values = Uint8Array.from({ length: count }, (_, record) => {
    const label = bytes.readInt32BE(12 + 4 * record * columns);
    if (label >= 0 && label <= 9) return label;
    throw new LabError(
      'DATASET_CORRUPT',
      `${fileName}, record ${record}: class ${label}, expected 0–9; the file is damaged.`,
    );
  });
  return { fileName, sizes: [count], values };
};

const product = (sizes: readonly number[]): number => sizes.reduce((all, size) => all * size, 1);

const parseHeader = (header: Buffer, content: 'labels' | 'images', fileName: string): number[] => {
  const magic = header.readUInt32BE(0);
  if (magic !== idxMagic[content]) {
    throw new LabError(
      'DATASET_CORRUPT',
      `${fileName}: magic number ${magic}, expected ${idxMagic[content]} for a file of ${content}; ` +
        'choose the four IDX files of one set (train and t10k, images and labels).',
    );
  }
  const sizes = content === 'images' ? [4, 8, 12].map((at) => header.readUInt32BE(at)) : [header.readUInt32BE(4)];
  const [count = 0, ...sides] = sizes;
  if (count < 1 || sides.some((side) => side < 1 || side > 4096)) {
    throw new LabError(
      'DATASET_CORRUPT',
      `${fileName}: sizes ${sizes.join(' × ')}, expected at least one example of 1–4096 pixels a side.`,
    );
  }
  return sizes;
};

const checkCount = (sizes: readonly number[], expected: number | null, fileName: string): void => {
  if (expected !== null && sizes[0] !== expected) {
    throw new LabError(
      'DATASET_CORRUPT',
      `${fileName}: ${sizes[0] ?? 0} images, but there are ${expected} labels; the files belong to different sets or one is damaged.`,
    );
  }
};

const wrongLength = (fileName: string, found: string, content: string, sizes: readonly number[]): LabError => {
  const [count = 0, ...sides] = sizes;
  const announced = `${count} ${content}${sides.length === 0 ? '' : ` of ${sides.join(' × ')}`}`;
  return new LabError(
    'DATASET_CORRUPT',
    `${fileName} holds ${found} than the ${announced} of its header; it is damaged or was cut off: download it again.`,
  );
};

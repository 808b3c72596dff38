import { LabError } from '../../../../shared/errors.ts';
import { hasExtraChannels, openColours } from '../../../images/colours.ts';
import { imageOpener, type OpenImage } from '../../../images/openImage.ts';
import { allocate, nameOf, type Source } from '../fileBytes.ts';
import type { ArrayHalf } from '../formats/halves.ts';
import type { ImportContext } from '../decodedSet.ts';
import { tableOf } from './halves.ts';
import type { TableRow } from './table.ts';

/** Images up to so many pixels a side, all alike, are decoded once, as MNIST's and CIFAR's are. */
export const largestSmallSide = 96;
const atOnce = 64;

interface Size {
  readonly width: number;
  readonly height: number;
}

/** The one size of a table's first images; null where they differ, or are not small. */
export const smallSizeOf = async (source: Source, signal: AbortSignal): Promise<Size | null> => {
  const openImage = imageOpener();
  for await (const rows of (await tableOf(source, signal)).groups()) {
    const sizes = await Promise.all(
      rows.slice(0, 200).map(async ({ bytes }) => {
        const { width, height, depth } = await openImage(bytes).metadata();
        return depth === 'uchar' ? { width, height } : null;
      }),
    ).catch(() => []);
    const [first] = sizes;
    const isOne = sizes.every((size) => size?.width === first?.width && size?.height === first?.height);
    return first !== undefined && first !== null && isOne && Math.max(first.width, first.height) <= largestSmallSide
      ? first
      : null;
  }
  return null;
};

interface Decoded {
  /** RGB, row by row. */
  readonly pixels: Buffer;
  readonly isGrey: boolean;
}

const decodedRow = async ({ bytes }: TableRow, size: Size, openImage: OpenImage, where: string): Promise<Decoded> => {
  try {
    const metadata = await openImage(bytes).metadata();
    if (metadata.width !== size.width || metadata.height !== size.height || metadata.depth !== 'uchar')
      throw otherSize(where, metadata, size);
    const pixels = await (await openColours(bytes, openImage)).raw().toBuffer();
    return { pixels, isGrey: metadata.channels - (hasExtraChannels(metadata) ? 1 : 0) === 1 };
  } catch (error) {
    if (error instanceof LabError) throw error;
    const found = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    throw new LabError(
      'DATASET_CORRUPT',
      `${where} cannot be decoded (${found}). Remove it, or download the table again.`,
      {
        cause: error,
      },
    );
  }
};

const otherSize = (where: string, found: Size, others: Size): LabError =>
  new LabError(
    'DATASET_UNSUPPORTED',
    `${where} has ${found.width} × ${found.height} pixels (or more than 8 bits), others ${others.width} × ${others.height}. Import the tables as a folder of images (--kind imageFolder), which takes any sizes.`,
  );

/** Label → its number in the set; texts get theirs in the order of `names`. */
export type NumberOf = (label: number | string, where: string) => number;

/** Decodes all images of some tables. @returns them as arrays of bytes, in RGB and, where all are grey, as grey values. */
export const smallHalf = async (
  files: readonly Source[],
  size: Size,
  numberOf: NumberOf,
  { signal, onProgress }: ImportContext,
): Promise<{ readonly labels: number[]; readonly pixels: Buffer; readonly isGrey: boolean }> => {
  const openImage = imageOpener();
  const parts: Buffer[] = [];
  const labels: number[] = [];
  let isGrey = true;
  for (const file of files) {
    const table = await tableOf(file, signal);
    let done = 0;
    for await (const rows of table.groups()) {
      const group = allocate(rows.length * size.width * size.height * 3, nameOf(file));
      for (let from = 0; from < rows.length; from += atOnce) {
        signal.throwIfAborted();
        const some = rows.slice(from, from + atOnce);
        const where = (at: number): string => `${nameOf(file)}, row ${done + from + at}: the image`;
        const decoded = await Promise.all(some.map((row, at) => decodedRow(row, size, openImage, where(at))));
        decoded.forEach((image, at) => {
          group.set(image.pixels, (from + at) * size.width * size.height * 3);
          isGrey &&= image.isGrey;
        });
        some.forEach(({ label }, at) => labels.push(numberOf(label, where(at))));
        onProgress({
          message: `Reading ${nameOf(file)}`,
          share: Math.min(1, (done + from) / Math.max(1, table.rowCount)),
        });
      }
      parts.push(group);
      done += rows.length;
    }
  }
  return { labels, pixels: Buffer.concat(parts), isGrey };
};

/** As arrays, for what all formats have in common. */
export const arraysOf = (
  name: string,
  { labels, pixels }: { readonly labels: readonly number[]; readonly pixels: Buffer },
  { width, height }: Size,
  isGrey: boolean,
): ArrayHalf => {
  const plain = { isLittleEndian: true, isColumnMajor: false } as const;
  const bytes = isGrey ? Buffer.from({ length: pixels.length / 3 }).map((_, at) => pixels[3 * at] ?? 0) : pixels;
  const shape = [labels.length, height, width, ...(isGrey ? [] : [3])];
  return {
    images: { ...plain, name, shape, type: 'u1', bytes: Buffer.from(bytes) },
    labels: { ...plain, name: `${name}, labels`, shape: [labels.length], type: 'u1', bytes: Buffer.from(labels) },
  };
};

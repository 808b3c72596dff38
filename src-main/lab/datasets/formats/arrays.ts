import { LabError } from '../../../../shared/errors.ts';
import { allocate } from '../fileBytes.ts';
import { pause } from '../pause.ts';
import { planesToPixels } from '../cifar.ts';
import { toBytes, type Scale } from './scale.ts';

/** Numbers of any kind in any number of dimensions, as a file holds them. */
export interface FileArray {
  /** For a person: the file, and the array's name in it. */
  readonly name: string;
  readonly shape: readonly number[];
  /** `u1` is a byte; i and u whole numbers, f floating-point ones, b truth values; with their bytes. */
  readonly type: string;
  readonly isLittleEndian: boolean;
  /** The first index moves fastest (MATLAB, Fortran), not the last. */
  readonly isColumnMajor: boolean;
  readonly bytes: Buffer;
}

export const product = (sizes: readonly number[]): number => sizes.reduce((all, size) => all * size, 1);

export const damagedArray = (name: string, found: string): LabError =>
  new LabError('DATASET_CORRUPT', `${name} ${found}; it is damaged or of another kind. Write it or download it again.`);

type Reader = (bytes: Buffer, at: number) => number;
const readers = (isLittleEndian: boolean): Readonly<Record<string, Reader>> => ({
  b1: (bytes, at) => bytes.readUInt8(at),
  u1: (bytes, at) => bytes.readUInt8(at),
  i1: (bytes, at) => bytes.readInt8(at),
  u2: (bytes, at) => (isLittleEndian ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at)),
  i2: (bytes, at) => (isLittleEndian ? bytes.readInt16LE(at) : bytes.readInt16BE(at)),
  u4: (bytes, at) => (isLittleEndian ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at)),
  i4: (bytes, at) => (isLittleEndian ? bytes.readInt32LE(at) : bytes.readInt32BE(at)),
  u8: (bytes, at) => Number(isLittleEndian ? bytes.readBigUInt64LE(at) : bytes.readBigUInt64BE(at)),
  i8: (bytes, at) => Number(isLittleEndian ? bytes.readBigInt64LE(at) : bytes.readBigInt64BE(at)),
  f4: (bytes, at) => (isLittleEndian ? bytes.readFloatLE(at) : bytes.readFloatBE(at)),
  f8: (bytes, at) => (isLittleEndian ? bytes.readDoubleLE(at) : bytes.readDoubleBE(at)),
});

/** Reads an array's number at a place of the file's order. @throws LabError DATASET_UNSUPPORTED for numbers of other kinds, DATASET_CORRUPT if it is cut off. */
export const valueReader = ({ name, shape, type, isLittleEndian, bytes }: FileArray): ((place: number) => number) => {
  const read = readers(isLittleEndian)[type];
  if (read === undefined)
    throw new LabError(
      'DATASET_UNSUPPORTED',
      `${name} holds numbers of the kind "${type}", expected whole or floating-point ones. Write it as uint8.`,
    );
  const size = Number(type.slice(1));
  if (bytes.length < product(shape) * size)
    throw damagedArray(name, `has ${bytes.length} bytes, fewer than its ${shape.join(' × ')} numbers take`);
  return (place) => read(bytes, place * size);
};

/** Where each dimension's next element lies. */
const stridesOf = ({ shape, isColumnMajor }: FileArray): number[] =>
  shape.map((_, dimension) => product(isColumnMajor ? shape.slice(0, dimension) : shape.slice(dimension + 1)));

export interface Pixels {
  readonly count: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** uint8 [count, height, width, channels]. */
  readonly images: Uint8Array;
}

/** Which dimension is what. */
interface Axes {
  readonly example: number;
  readonly row: number;
  readonly column: number;
  readonly channel: number | null;
}

const axesOf = ({ name, shape, isColumnMajor }: FileArray): Axes => {
  const [first = 0, second = 0, , last = 0] = shape;
  const isChannels = (size: number): boolean => size === 1 || size === 3;
  // SVHN: height × width × channels × examples.
  if (isColumnMajor && shape.length === 4 && first === second && isChannels(shape[2] ?? 0))
    return { example: 3, row: 0, column: 1, channel: 2 };
  if (shape.length === 3) return { example: 0, row: 1, column: 2, channel: null };
  if (shape.length === 4 && isChannels(last)) return { example: 0, row: 1, column: 2, channel: 3 };
  if (shape.length === 4 && isChannels(second)) return { example: 0, row: 2, column: 3, channel: 1 };
  throw new LabError(
    'DATASET_UNSUPPORTED',
    `${name} has the shape ${shape.join(' × ')}, expected images: examples × height × width, or with 1 or 3 channels after or before the sides.`,
  );
};

/** @param scale - which of its values are black and white. @throws LabError DATASET_UNSUPPORTED where it holds no images that the lab takes, DATASET_CORRUPT where it is cut off. */
export const pixelsOf = async (array: FileArray, scale: Scale, signal: AbortSignal): Promise<Pixels> => {
  const values = await toBytes(array, scale, signal);
  const flat = flatPixels(array, values);
  if (flat !== null) return flat;
  const axes = axesOf(array);
  const size = (axis: number | null): number => (axis === null ? 1 : (array.shape[axis] ?? 1));
  const [count, height, width, channels] = [size(axes.example), size(axes.row), size(axes.column), size(axes.channel)];
  if (count < 1 || height < 1 || width < 1 || height > 4096 || width > 4096)
    throw damagedArray(array.name, `has the shape ${array.shape.join(' × ')}`);
  const strides = stridesOf(array);
  const [perExample = 0, perRow = 0, perColumn = 0] = [strides[axes.example], strides[axes.row], strides[axes.column]];
  const perChannel = axes.channel === null ? 0 : (strides[axes.channel] ?? 0);
  const images = allocate(count * height * width * channels, array.name);
  let at = 0;
  for (let example = 0; example < count; example++) {
    if (example % 1000 === 0) await pause(signal);
    for (let row = 0; row < height; row++) {
      for (let column = 0; column < width; column++) {
        const from = example * perExample + row * perRow + column * perColumn;
        for (let channel = 0; channel < channels; channel++) images[at++] = values[from + channel * perChannel] ?? 0;
      }
    }
  }
  return { count, height, width, channels, images };
};

/** Rows of 3,072 numbers are CIFAR's three planes of 32 × 32; rows of another square number are grey images. Null for other shapes. */
const flatPixels = (array: FileArray, bytes: Uint8Array): Pixels | null => {
  const [count = 0, length = 0] = array.shape;
  const isCifar = length === 3072;
  const side = isCifar ? 32 : Math.sqrt(length);
  if (array.shape.length !== 2 || !Number.isInteger(side) || side < 4) return null;
  const values = inRows(array, bytes);
  if (!isCifar) return { count, height: side, width: side, channels: 1, images: values };
  const images = allocate(values.length, array.name);
  for (let example = 0; example < count; example++)
    planesToPixels(values.subarray(example * length, (example + 1) * length), images, example * length);
  return { count, height: side, width: side, channels: 3, images };
};

const inRows = ({ shape, isColumnMajor }: FileArray, values: Uint8Array): Uint8Array => {
  const [rows = 0, columns = 0] = shape;
  return isColumnMajor
    ? values.map((_, index) => values[(index % columns) * rows + Math.floor(index / columns)] ?? 0)
    : values;
};

/** Class labels uint8 [N]. @throws LabError DATASET_UNSUPPORTED for several labels an image, or labels that are no whole numbers from 0 to 255. */
export const labelsOf = (array: FileArray): Uint8Array => {
  const { name, shape } = array;
  const sizes = shape.filter((size) => size !== 1);
  if (sizes.length > 1)
    throw new LabError(
      'DATASET_UNSUPPORTED',
      `${name} has the shape ${shape.join(' × ')}, expected one label an image. Sets with several labels an image cannot be trained on.`,
    );
  const numbers = Array.from({ length: product(shape) }, (_, place) => place).map(valueReader(array));
  const wrong = numbers.findIndex((label) => !Number.isInteger(label) || label < 0 || label > 255);
  if (wrong >= 0)
    throw damagedArray(
      name,
      `has the label ${numbers[wrong] ?? NaN} at place ${wrong}, expected whole numbers from 0 to 255`,
    );
  return Uint8Array.from(numbers);
};

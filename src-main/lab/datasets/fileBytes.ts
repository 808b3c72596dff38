import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { LabError } from '../../../shared/errors.ts';

/** No file or array of a set may be larger: above it, one tensor of bytes cannot be indexed with 32 bits. */
const maxBytes = 2 ** 31 - 1;

const isGzip = (bytes: Buffer): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;

/**
 * Reads a file piece by piece and, if it starts as gzip, unpacks it on the way. Nothing is held, so the reader decides what is too much.
 * @param onRead - told of every piece of the file as it lies on disk.
 * @throws LabError DATASET_NOT_FOUND if there is no such file, DATASET_CORRUPT if it cannot be read or is no whole gzip file.
 */
export async function* bytesOf(
  path: string,
  signal: AbortSignal,
  onRead: (piece: Buffer) => void = () => undefined,
): AsyncGenerator<Buffer> {
  try {
    if (!(await stat(path)).isFile()) throw noFile(basename(path)); // reading a pipe would wait for ever
    if (isGzip(await firstRawBytes(path))) yield* unpacked(path, signal, onRead);
    else yield* raw(path, signal, onRead);
  } catch (error) {
    throw readError(error, basename(path));
  }
}

/** The first bytes of a file, unpacked where it is gzip; fewer if it is shorter. */
export const firstBytesOf = async (path: string, count: number, signal: AbortSignal): Promise<Buffer> => {
  let bytes = Buffer.alloc(0);
  for await (const piece of bytesOf(path, signal)) {
    bytes = Buffer.concat([bytes, piece]);
    if (bytes.length >= count) break;
  }
  return bytes.subarray(0, count);
};

/**
 * Memory for so many bytes; the system hands it out only as it is filled, so a lying header costs nothing.
 * @throws LabError DATASET_UNSUPPORTED if that is more than the lab can hold.
 */
export const allocate = (byteCount: number, fileName: string): Buffer => {
  const free = process.availableMemory();
  if (byteCount > maxBytes || byteCount > free) {
    throw new LabError(
      'DATASET_UNSUPPORTED',
      `${fileName} announces ${inMegabytes(byteCount)}; the lab can take ${inMegabytes(Math.min(maxBytes, free))} here. ` +
        'Check that the file is what it should be, or import a part of the set.',
    );
  }
  return Buffer.alloc(byteCount);
};

export const inMegabytes = (byteCount: number): string =>
  `${(byteCount / 1e6).toLocaleString('en-US', { maximumFractionDigits: 1 })} MB`;

async function* raw(path: string, signal: AbortSignal, onRead: (piece: Buffer) => void): AsyncGenerator<Buffer> {
  for await (const piece of createReadStream(path, { signal, highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
    onRead(piece);
    yield piece;
  }
}

async function* unpacked(path: string, signal: AbortSignal, onRead: (piece: Buffer) => void): AsyncGenerator<Buffer> {
  const gunzip = createGunzip({ chunkSize: 1 << 20 });
  pipeline(raw(path, signal, onRead), gunzip, () => undefined); // whoever reads `gunzip` meets its error
  yield* gunzip as AsyncIterable<Buffer>;
}

const firstRawBytes = async (path: string): Promise<Buffer> => {
  for await (const piece of createReadStream(path, { end: 1 }) as AsyncIterable<Buffer>) return piece;
  return Buffer.alloc(0);
};

export const noFile = (fileName: string): LabError =>
  new LabError(
    'DATASET_CORRUPT',
    `${fileName} is no file but a folder, a pipe or a device; choose the file itself, or the folder that it lies in.`,
  );

/** Says in words what a system or zlib error means; everything else passes. */
export const readError = (error: unknown, fileName: string): unknown => {
  const code = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
  if (error instanceof LabError || code === 'ABORT_ERR' || code === '') return error;
  if (code === 'ENOENT') {
    return new LabError('DATASET_NOT_FOUND', `There is no file ${fileName}; choose one that exists.`, { cause: error });
  }
  const [found, advice] = code.startsWith('Z_')
    ? ['is not a whole gzip file', 'it is damaged or was cut off: download it again']
    : [`cannot be read (${code})`, 'check its rights and the disk'];
  return new LabError('DATASET_CORRUPT', `${fileName} ${found}; ${advice}.`, { cause: error });
};

import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { LabError } from '../../../shared/errors.ts';
import { meaningOf } from '../../files/fileFailures.ts';

/** No file or array of a set may be larger: above it, one tensor of bytes cannot be indexed with 32 bits. */
const maxBytes = 2 ** 31 - 1;

const isGzip = (bytes: Buffer): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;

/** A file on the disk, by its path, or one inside an archive. */
export type Source = string | Member;
export interface Member {
  /** With "/" between the names of folders. */
  readonly name: string;
  /** Its bytes as they lie there. */
  readonly pieces: (signal: AbortSignal) => AsyncIterable<Buffer>;
}

export const nameOf = (source: Source): string => basename(typeof source === 'string' ? source : source.name);

/** Compressed twice happens; more often is meant to fill the disk. */
const mostLayers = 3;

/**
 * Reads a file piece by piece and, if it starts as gzip, unpacks it on the way, also where it was packed twice. Nothing is held, so the reader
 * decides what is too much.
 * @param onRead - told of every piece of the file as it lies on disk.
 * @throws LabError DATASET_NOT_FOUND if there is no such file, DATASET_CORRUPT if it cannot be read or is no whole gzip file.
 */
export async function* bytesOf(
  source: Source,
  signal: AbortSignal,
  onRead: (piece: Buffer) => void = () => undefined,
): AsyncGenerator<Buffer> {
  try {
    const pieces = typeof source === 'string' ? fileBytes(source, signal, onRead) : source.pieces(signal);
    yield* gunzipped(pieces, mostLayers);
  } catch (error) {
    throw readError(error, nameOf(source));
  }
}

/** All of it, unpacked. @throws LabError as `bytesOf`, and DATASET_UNSUPPORTED for more than the lab can hold. */
export const wholeOf = async (source: Source, signal: AbortSignal): Promise<Buffer> => {
  const pieces: Buffer[] = [];
  let total = 0;
  for await (const piece of bytesOf(source, signal)) {
    total += piece.length;
    refuseTooMuch(total, nameOf(source));
    pieces.push(piece);
  }
  return Buffer.concat(pieces, total);
};

/** The first bytes of a file, unpacked where it is gzip; fewer if it is shorter. */
export const firstBytesOf = async (path: Source, count: number, signal: AbortSignal): Promise<Buffer> => {
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
  refuseTooMuch(byteCount, fileName);
  return Buffer.alloc(byteCount);
};

/** @throws LabError DATASET_UNSUPPORTED if that is more than the lab can hold. */
export const refuseTooMuch = (byteCount: number, fileName: string): void => {
  const free = process.availableMemory();
  if (byteCount > maxBytes || byteCount > free) {
    throw new LabError(
      'DATASET_UNSUPPORTED',
      `${fileName} announces ${inMegabytes(byteCount)}; the lab can take ${inMegabytes(Math.min(maxBytes, free))} here. ` +
        'Check that the file is what it should be, or import a part of the set.',
    );
  }
};

export const inMegabytes = (byteCount: number): string =>
  `${(byteCount / 1e6).toLocaleString('en-US', { maximumFractionDigits: 1 })} MB`;

async function* fileBytes(path: string, signal: AbortSignal, onRead: (piece: Buffer) => void): AsyncGenerator<Buffer> {
  if (!(await stat(path)).isFile()) throw noFile(basename(path)); // reading a pipe would wait for ever
  for await (const piece of createReadStream(path, { signal, highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) {
    onRead(piece);
    yield piece;
  }
}

async function* gunzipped(pieces: AsyncIterable<Buffer>, layers: number): AsyncGenerator<Buffer> {
  const iterator = pieces[Symbol.asyncIterator]();
  let head = Buffer.alloc(0);
  let isOver = false;
  while (head.length < 2 && !isOver) {
    const next = await iterator.next();
    if (next.done === true) isOver = true;
    else head = Buffer.concat([head, next.value]);
  }
  const all = async function* (): AsyncGenerator<Buffer> {
    try {
      if (head.length > 0) yield head;
      for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) yield next.value;
    } finally {
      await iterator.return?.();
    }
  };
  if (layers === 0 || !isGzip(head)) {
    yield* all();
    return;
  }
  const gunzip = createGunzip({ chunkSize: 1 << 20 });
  pipeline(Readable.from(all()), gunzip, () => undefined); // whoever reads `gunzip` meets its error
  yield* gunzipped(gunzip as AsyncIterable<Buffer>, layers - 1);
}

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
    : [`cannot be read (${code})`, meaningOf(code) ?? 'check its rights and the disk'];
  return new LabError('DATASET_CORRUPT', `${fileName} ${found}; ${advice}.`, { cause: error });
};

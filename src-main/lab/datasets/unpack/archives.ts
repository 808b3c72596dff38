import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { extract } from 'tar-stream';
import { openPromise } from 'yauzl';
import type { ZipFile } from 'yauzl';
import { LabError } from '../../../../shared/errors.ts';
import type { ImportContext } from '../decodedSet.ts';
import { bytesOf, firstBytesOf } from '../fileBytes.ts';
import { isJunk } from '../imageFolder/junk.ts';
import { isImageName } from '../imageFolder/walk.ts';
import type { ImageWriter } from './imageWriter.ts';
import { namedAsTable } from './tables.ts';

/** What is in an archive is told by its first so many files. */
const fewEntries = 400;
/** A tar in a tar, as ImageNet's classes are. */
const mostLayers = 2;
const headBytes = 512;

export type ImageArchive = 'zip' | 'tar';

/** Whether a file is an archive (zip or tar, compressed or not) of images; null where it is none. */
export const imageArchiveKind = async (path: string, signal: AbortSignal): Promise<ImageArchive | null> => {
  const kind = await archiveKind(path, signal);
  if (kind === 'zip') return (await isInZip(path, counts)) ? kind : null;
  return kind === 'tar' && (await isInTar(path, counts, signal)) ? kind : null;
};

/** Whether a file is an archive in which Parquet tables lie, by their names. */
export const holdsTables = async (path: string, signal: AbortSignal): Promise<boolean> => {
  const isTable = (name: string): boolean => namedAsTable.test(name) && !plainPath(name).split('/').some(isJunk);
  const kind = await archiveKind(path, signal);
  if (kind === 'zip') return isInZip(path, isTable);
  return kind === 'tar' && isInTar(path, isTable, signal);
};

const archiveKind = async (path: string, signal: AbortSignal): Promise<ImageArchive | null> => {
  if (!(await stat(path)).isFile()) return null;
  const head = await firstBytesOf(path, headBytes, signal);
  if (head.toString('latin1', 0, 4) === 'PK\x03\x04') return 'zip';
  return isTar(head) ? 'tar' : null;
};

const isTar = (head: Buffer): boolean => head.toString('latin1', 257, 262) === 'ustar';
/** Without the "./" that tar puts before names. */
const plainPath = (name: string): string => name.replace(/^(?:\.\/)+/, '');
const counts = (name: string): boolean => isImageName(name) && !plainPath(name).split('/').some(isJunk);

const isInZip = async (path: string, isIt: (name: string) => boolean): Promise<boolean> => {
  const zip = await opened(path).catch(() => null); // whoever reads it says what is wrong
  if (zip === null) return false;
  try {
    for await (const { fileName } of zip.eachEntry()) if (isIt(fileName)) return true;
    return false;
  } catch {
    return false;
  } finally {
    zip.close();
  }
};

const opened = (path: string): Promise<ZipFile> => openPromise(path, { autoClose: false, validateEntrySizes: true });

/** Among the first entries of a tar, and, of a tar in it, the first. */
const isInTar = async (path: string, isIt: (name: string) => boolean, signal: AbortSignal): Promise<boolean> => {
  const untar = extract();
  const found = { it: false };
  const look = async (): Promise<void> => {
    let seen = 0;
    for await (const entry of untar) {
      const { name, type } = entry.header;
      if (type !== 'directory') seen++;
      found.it ||= isIt(name) || (/\.tar$/i.test(name) && (await beginsWith(entry as AsyncIterable<Buffer>, isIt)));
      if (found.it || seen === fewEntries) return;
      entry.resume();
    }
  };
  const pieces = Readable.from(bytesOf(path, signal));
  await Promise.allSettled([look().finally(() => pieces.destroy()), pipeline(pieces, untar)]);
  signal.throwIfAborted();
  return found.it;
};

/** Whether a tar in a tar begins with it. */
const beginsWith = async (pieces: AsyncIterable<Buffer>, isIt: (name: string) => boolean): Promise<boolean> => {
  for await (const piece of pieces) return isTar(piece) && isIt(piece.toString('latin1', 0, 100).replace(/\0.*$/s, ''));
  return false;
};

/** Unpacks an archive of images. @throws LabError DATASET_CORRUPT where it is damaged, or holds links or paths that lead outside; as the writer does. */
export const unpackImages = async (
  path: string,
  kind: ImageArchive,
  writer: ImageWriter,
  context: ImportContext,
): Promise<void> => (kind === 'zip' ? unpackZip(path, writer, context) : unpackTar(path, writer, context));

const unpackZip = async (path: string, writer: ImageWriter, { signal, onProgress }: ImportContext): Promise<void> => {
  const name = basename(path);
  const zip = await opened(path).catch((error: unknown) => {
    throw damaged(name, 'zip', error);
  });
  let done = 0;
  try {
    for await (const entry of zip.eachEntry()) {
      signal.throwIfAborted();
      onProgress({ message: `Unpacking ${name}`, share: ++done / zip.entryCount });
      const { uncompressedSize } = entry;
      const fileName = plainPath(entry.fileName);
      if (fileName.endsWith('/') || !writer.mayCount(fileName, uncompressedSize)) continue;
      if (entry.isEncrypted())
        throw new LabError(
          'DATASET_UNSUPPORTED',
          `${name} is protected by a password. Unpack it and choose the folder.`,
        );
      await writer.write(fileName, await whole((await zip.openReadStreamPromise(entry)) as AsyncIterable<Buffer>));
    }
  } catch (error) {
    signal.throwIfAborted();
    throw error instanceof LabError || isOfSystem(error) ? error : damaged(name, 'zip', error);
  } finally {
    zip.close();
  }
};

const unpackTar = async (path: string, writer: ImageWriter, { signal, onProgress }: ImportContext): Promise<void> => {
  const name = basename(path);
  const { size } = await stat(path);
  let read = 0;
  const pieces = bytesOf(path, signal, (piece) => {
    read += piece.length;
    onProgress({ message: `Unpacking ${name}`, share: read / size });
  });
  await untarred(name, pieces, '', mostLayers, writer, signal);
};

const untarred = async (
  archive: string,
  pieces: AsyncIterable<Buffer>,
  within: string,
  layers: number,
  writer: ImageWriter,
  signal: AbortSignal,
): Promise<void> => {
  const untar = extract();
  const collect = async (): Promise<void> => {
    for await (const entry of untar) {
      const { type, size } = entry.header;
      const path = `${within}${plainPath(entry.header.name)}`;
      if (type !== 'file' && type !== 'contiguous-file' && type !== 'directory')
        throw new LabError(
          'DATASET_CORRUPT',
          `${archive} holds a ${type} named "${path.slice(0, 100)}", expected plain files. Unpack it and choose the folder.`,
        );
      if (type !== 'directory' && layers > 1 && /\.tar$/i.test(path) && writer.mayCount(path, 1)) {
        await untarred(
          archive,
          entry as AsyncIterable<Buffer>,
          `${path.replace(/\.tar$/i, '')}/`,
          layers - 1,
          writer,
          signal,
        );
      } else if (type !== 'directory' && writer.mayCount(path, size)) {
        await writer.write(path, await whole(entry as AsyncIterable<Buffer>));
      } else {
        entry.resume();
      }
    }
  };
  const [streamed, read] = await Promise.allSettled([pipeline(Readable.from(pieces), untar), collect()]);
  signal.throwIfAborted();
  const errors = [read, streamed].filter((result) => result.status === 'rejected').map(({ reason }): unknown => reason);
  if (errors.length === 0) return;
  const known = errors.find((error) => error instanceof LabError) ?? errors.find(isOfSystem);
  throw known ?? damaged(archive, 'tar', errors[0]);
};

const isOfSystem = (error: unknown): error is Error => error instanceof Error && 'syscall' in error;

/** No more than the writer has let in by the announced size, which both kinds of archives keep to. */
const whole = async (pieces: AsyncIterable<Buffer>): Promise<Buffer> => {
  const all: Buffer[] = [];
  for await (const piece of pieces) all.push(piece);
  return Buffer.concat(all);
};

const damaged = (archive: string, kind: string, cause: unknown): LabError =>
  new LabError(
    'DATASET_CORRUPT',
    `${archive} is no whole ${kind} archive; it is damaged or was cut off: download it again. Nothing was kept.`,
    { cause },
  );

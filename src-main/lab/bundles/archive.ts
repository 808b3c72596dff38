import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { crc32 } from 'node:zlib';
import { openPromise } from 'yauzl';
import type { Entry, ZipFile } from 'yauzl';
import { LabError } from '../../../shared/errors.ts';
import { inFileWords } from '../../files/fileFailures.ts';
import { kindOfPart, mostJsonBytes, mostParts, partNames } from './parts.ts';

/** Why a file is no bundle that can be imported, and what to do. */
export const refused = (file: string, found: string, cause?: unknown): LabError =>
  new LabError('BUNDLE_REFUSED', `${basename(file)} ${found} Nothing was imported.`, { cause });

/** A bundle's parts, none of which has been read yet. */
export interface Archive {
  readonly names: readonly string[];
  sizeOf(name: string): number;
  /** A part of JSON, whole. */
  read(name: string): Promise<Buffer>;
  /** Writes a checkpoint to a file that does not exist yet, flushed to the disk. @returns its SHA-256. */
  extract(name: string, path: string): Promise<string>;
  close(): void;
}

const again = 'Export it again, or copy it again.';

/**
 * Opens a bundle and looks at its table of contents; nothing is unpacked. Only plain files under the names that bundles have are let in.
 * @throws LabError BUNDLE_REFUSED
 */
export const openArchive = async (file: string): Promise<Archive> => {
  const archive = await opened(file);
  try {
    const entries = await entriesOf(archive, file);
    const entry = (name: string): Entry => {
      const found = entries.get(name);
      if (found === undefined) throw refused(file, `has no part "${name}", which its list of parts names. ${again}`);
      return found;
    };
    return {
      names: [...entries.keys()],
      sizeOf: (name) => entry(name).uncompressedSize,
      read: (name) => readWhole(archive, entry(name), file),
      extract: (name, path) => extract(archive, entry(name), file, path),
      close: () => archive.close(),
    };
  } catch (error) {
    archive.close();
    throw error;
  }
};

const opened = async (file: string): Promise<ZipFile> => {
  try {
    if (!(await stat(file)).isFile()) throw new Error('not a regular file');
    return await openPromise(file, { autoClose: false, strictFileNames: true, validateEntrySizes: true });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT')
      throw refused(file, 'is not there. Choose it again.', error);
    throw (
      ofSystem(error) ??
      refused(file, `is no whole bundle: it is of another kind, damaged or was cut off. ${again}`, error)
    );
  }
};

/** What cannot be read now is not damaged: the system's refusal in words, or null where the error is another. */
const ofSystem = (error: unknown): LabError | null => {
  const said = inFileWords(error);
  return said instanceof LabError ? said : null;
};

const entriesOf = async (archive: ZipFile, file: string): Promise<Map<string, Entry>> => {
  if (archive.entryCount > mostParts)
    throw refused(file, `holds ${archive.entryCount} parts; a bundle has up to ${mostParts}.`);
  const entries = new Map<string, Entry>();
  const { size: fileBytes } = await stat(file);
  const bytes = { json: 0, checkpoint: 0 };
  try {
    for await (const entry of archive.eachEntry()) {
      const kind = kindOfPart(entry.fileName);
      const shown = JSON.stringify(entry.fileName.slice(0, 100));
      if (kind === null) throw refused(file, `holds ${shown}, which is no part of a bundle.`);
      if (!isPlainFile(entry))
        throw refused(file, `holds ${shown} as a link or device; a bundle has plain files only.`);
      if (entries.has(entry.fileName)) throw refused(file, `holds ${shown} twice.`);
      // Checkpoints hardly compress, and are stored as they are: what they take on disk, the file had.
      if (kind === 'checkpoint' && (entry.compressionMethod !== 0 || entry.uncompressedSize !== entry.compressedSize))
        throw refused(file, `holds ${shown} compressed; a bundle stores checkpoints as they are.`);
      bytes[kind] += entry.uncompressedSize;
      if (bytes.json > mostJsonBytes)
        throw refused(file, `would unpack to more than ${mostJsonBytes / 1024 ** 2} MiB; export fewer runs at once.`);
      if (bytes.checkpoint > fileBytes) throw refused(file, 'says that it holds more than it does.');
      entries.set(entry.fileName, entry);
    }
  } catch (error) {
    throw ofSystem(error) ?? refused(file, `is damaged: its table of contents cannot be read. ${again}`, error);
  }
  if (!entries.has(partNames.manifest))
    throw refused(
      file,
      `is no bundle of ESAM Lab: it has no "${partNames.manifest}". Choose a file that ends in .esamlab.`,
    );
  return entries;
};

/** Unix modes stand in the upper half; 0 where the archive was written elsewhere. */
const isPlainFile = ({ externalFileAttributes, fileName }: Entry): boolean => {
  const type = (externalFileAttributes >>> 16) & 0o170000;
  return (type === 0 || type === 0o100000) && !fileName.endsWith('/');
};

const readWhole = async (archive: ZipFile, entry: Entry, file: string): Promise<Buffer> => {
  const pieces: Buffer[] = [];
  try {
    for await (const piece of await archive.openReadStreamPromise(entry)) pieces.push(piece as Buffer);
  } catch (error) {
    throw damaged(file, entry, error);
  }
  const content = Buffer.concat(pieces);
  if (crc32(content) !== entry.crc32) throw damaged(file, entry, null);
  return content;
};

const extract = async (archive: ZipFile, entry: Entry, file: string, path: string): Promise<string> => {
  const hash = createHash('sha256');
  const hashing = new Transform({
    transform: (piece: Buffer, _encoding, done) => {
      hash.update(piece);
      done(null, piece);
    },
  });
  const content = await archive.openReadStreamPromise(entry).catch((error: unknown) => {
    throw damaged(file, entry, error);
  });
  try {
    await pipeline(content, hashing, createWriteStream(path, { flags: 'wx', flush: true }));
  } catch (error) {
    if (error instanceof Error && 'code' in error) throw noRoom(file, String(error.code), error);
    throw damaged(file, entry, error);
  }
  return hash.digest('hex');
};

const damaged = (file: string, { fileName }: Entry, cause: unknown): LabError =>
  ofSystem(cause) ?? refused(file, `is damaged: its part "${fileName}" cannot be unpacked. ${again}`, cause);

const noRoom = (file: string, code: string, cause: unknown): LabError =>
  refused(
    file,
    code === 'ENOSPC'
      ? 'has checkpoints for which the disk has no room.'
      : `has checkpoints that cannot be written (${code}).`,
    cause,
  );

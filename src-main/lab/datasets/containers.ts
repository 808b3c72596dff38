import { createHash } from 'node:crypto';
import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { extract } from 'tar-stream';
import { fromBufferPromise, openPromise } from 'yauzl';
import type { Entry, ZipFile } from 'yauzl';
import { LabError } from '../../../shared/errors.ts';
import type { ImportContext } from './decodedSet.ts';
import { bytesOf, firstBytesOf, nameOf, readError, refuseTooMuch, wholeOf } from './fileBytes.ts';
import type { Member, Source } from './fileBytes.ts';
import { foreignKindOf, isOfTensors, refuseForeign } from './foreign.ts';
import { isJunk } from './imageFolder/junk.ts';

/** Files that may make up a set, wherever they lie. */
export interface Contents {
  readonly members: readonly Member[];
  /** Of the one archive that was chosen; null of folders and several files. */
  readonly archive: { readonly name: string; readonly md5: string } | null;
  /** Archives stay open until then. */
  close(): void;
}

const mostMembers = 5000;
const mostLayers = 2;
const mostFolders = 2;
const imageName = /\.(?:jpe?g|png|webp|gif|tiff?|bmp)$/i;

/**
 * The files that were chosen, those in chosen folders and in folders below them, and those inside archives (tar, zip, one in the other).
 * @throws LabError DATASET_UNSUPPORTED for archives of other kinds, DATASET_CORRUPT for damaged ones and those that hold links or paths that
 *   lead outside.
 */
export const contentsOf = async (paths: readonly string[], context: ImportContext): Promise<Contents> => {
  const members: Member[] = [];
  const opened: ZipFile[] = [];
  const close = (): void => opened.forEach((zip) => zip.close());
  let archive: Contents['archive'] = null;
  try {
    for (const path of paths) {
      for (const file of await filesBelow(path, 0)) {
        if (members.length > mostMembers) break;
        const isChosen = file === path;
        const head = await firstBytesOf(file, headBytes, context.signal);
        if (isChosen) refuseForeign(file, head);
        const isOther = foreignKindOf(file, head) !== null;
        const inside = isOther ? null : await unpacked(file, head, context, mostLayers, opened);
        if (inside !== null && isChosen && paths.length === 1)
          archive = { name: basename(path), md5: await md5Of(path, context) };
        members.push(...(inside ?? [onDisk(file)]));
      }
    }
    return { members, archive, close };
  } catch (error) {
    close();
    throw error;
  }
};

/** A tar archive says what it is behind its first file's name. */
const headBytes = 512;

const onDisk = (path: string): Member => ({ name: path, pieces: (signal) => bytesOf(path, signal) });

const filesBelow = async (path: string, depth: number): Promise<string[]> => {
  try {
    if (!(await stat(path)).isDirectory()) return [path];
    const files: string[] = [];
    for (const name of (await readdir(path)).filter((each) => !isJunk(each) && !imageName.test(each)).sort()) {
      const isFolder = (await stat(join(path, name)).catch(() => null))?.isDirectory() === true;
      if (!isFolder) files.push(join(path, name));
      else if (depth < mostFolders) files.push(...(await filesBelow(join(path, name), depth + 1)));
      if (files.length > mostMembers) break;
    }
    return files;
  } catch (error) {
    throw readError(error, basename(path));
  }
};

const md5Of = async (path: string, { signal }: ImportContext): Promise<string> => {
  const md5 = createHash('md5');
  const pieces = bytesOf(path, signal, (piece) => md5.update(piece));
  for (let next = await pieces.next(); next.done !== true; next = await pieces.next()); // all of the file, as it lies on disk
  return md5.digest('hex');
};

/** What is in an archive; null where the file is none. @param opened - gets those that stay open. */
const unpacked = async (
  source: Source,
  head: Buffer,
  context: ImportContext,
  layers: number,
  opened: ZipFile[],
): Promise<Member[] | null> => {
  const isTar = head.toString('latin1', 257, 262) === 'ustar';
  const isZip = head.toString('latin1', 0, 4) === 'PK\x03\x04';
  if (layers === 0 || (!isTar && !isZip)) return null;
  const inside = isTar ? await tarMembers(source, context) : await zipMembers(source, context.signal, opened);
  if (isZip && inside.length > 0 && inside.every(({ name }) => name.endsWith('.npy'))) return null; // an .npz is one file of several arrays
  if (isZip && inside.some(({ name }) => isOfTensors(name))) return null;
  const members: Member[] = [];
  for (const member of inside) {
    const begin = await firstBytesOf(member, headBytes, context.signal);
    members.push(...((await unpacked(member, begin, context, layers - 1, opened)) ?? [member]));
  }
  return members;
};

/** Its path without the "./" that tar puts before it. @throws LabError DATASET_CORRUPT where it leads outside. */
const safePath = (name: string, archive: Source): string => {
  const isInside = !name.startsWith('/') && !/^[a-z]:|\\/i.test(name) && !name.split('/').includes('..');
  if (!isInside) throw refused(archive, `holds the path "${name.slice(0, 100)}", which leads outside the archive`);
  return name.replace(/^(?:\.\/)+/, '');
};

const refused = (archive: Source, found: string): LabError =>
  new LabError(
    'DATASET_CORRUPT',
    `${nameOf(archive)} ${found}; it is not the original archive. Download it again from its publisher.`,
  );

/** Whether an entry is worth keeping in memory. */
const counts = (name: string): boolean => !name.split('/').some(isJunk) && !imageName.test(name);

const inMemory = (name: string, bytes: Buffer): Member => ({
  name,
  async *pieces() {
    yield bytes;
  },
});

const tarMembers = async (source: Source, { signal, onProgress }: ImportContext): Promise<Member[]> => {
  const untar = extract();
  const members: Member[] = [];
  let total = 0;
  onProgress({ message: `Reading ${nameOf(source)}`, share: null });
  const collect = async (): Promise<void> => {
    for await (const entry of untar) {
      const { name, type } = entry.header;
      if (type === 'directory' || !counts(safePath(name, source))) {
        entry.resume();
        continue;
      }
      if (type !== 'file' && type !== 'contiguous-file')
        throw refused(source, `holds a ${type} named "${name.slice(0, 100)}", expected plain files`);
      const pieces = entry as AsyncIterable<Buffer>;
      const bytes = await wholeOf({ name, pieces: () => pieces }, signal);
      total += bytes.length;
      refuseTooMuch(total, nameOf(source));
      members.push(inMemory(name, bytes));
      if (members.length > mostMembers) throw tooMany(source);
    }
  };
  const [streamed, read] = await Promise.allSettled([
    pipeline(Readable.from(bytesOf(source, signal)), untar),
    collect(),
  ]);
  signal.throwIfAborted();
  const errors = [read, streamed].filter((result) => result.status === 'rejected').map(({ reason }): unknown => reason);
  if (errors.length > 0) throw errors.find((error) => error instanceof LabError) ?? damaged(source, 'tar', errors[0]);
  return members;
};

const tooMany = (source: Source): LabError =>
  new LabError(
    'DATASET_UNSUPPORTED',
    `${nameOf(source)} holds more than ${mostMembers} files. Unpack it and choose the folder.`,
  );

const damaged = (source: Source, kind: string, cause: unknown): LabError =>
  new LabError(
    'DATASET_CORRUPT',
    `${nameOf(source)} is no whole ${kind} archive; it is damaged or was cut off: download it again.`,
    { cause },
  );

/** What lies in a zip archive; only what is read of it is unpacked. */
export const zipMembers = async (source: Source, signal: AbortSignal, opened: ZipFile[]): Promise<Member[]> => {
  const options = { autoClose: false, validateEntrySizes: true } as const;
  try {
    const zip =
      typeof source === 'string'
        ? await openPromise(source, options)
        : await fromBufferPromise(await wholeOf(source, signal), options);
    opened.push(zip);
    const members: Member[] = [];
    for await (const entry of zip.eachEntry()) {
      const isFile = !entry.fileName.endsWith('/') && counts(safePath(entry.fileName, source));
      if (isFile) members.push({ name: entry.fileName, pieces: () => entryPieces(zip, entry, source) });
      if (members.length > mostMembers) throw tooMany(source);
    }
    return members;
  } catch (error) {
    throw error instanceof LabError ? error : damaged(source, 'zip', error);
  }
};

async function* entryPieces(zip: ZipFile, entry: Entry, source: Source): AsyncGenerator<Buffer> {
  try {
    yield* (await zip.openReadStreamPromise(entry)) as AsyncIterable<Buffer>;
  } catch (error) {
    throw damaged(source, 'zip', error);
  }
}

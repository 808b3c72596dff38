import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { basename, posix } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { extract } from 'tar-stream';
import type { Header } from 'tar-stream';
import { LabError } from '../../../shared/errors.ts';
import type { ImportContext } from './decodedSet.ts';
import { bytesOf, inMegabytes } from './fileBytes.ts';
import { memberBuffer } from './members.ts';
import type { MemberSizes } from './members.ts';

/** What an archive may hold besides the members that are read: a readme, the tar format's own blocks. */
const slackBytes = 16e6;

export interface ArchiveContent {
  readonly members: ReadonlyMap<string, Uint8Array>;
  /** Names of the other files in it, the first few. */
  readonly otherFiles: readonly string[];
  /** MD5 of the archive file. */
  readonly md5: string;
}

/**
 * Reads the known members of a .tar or .tar.gz while it streams past. Nothing is extracted to disk; unknown files are passed over.
 * @throws LabError DATASET_CORRUPT if the archive is damaged, holds a link, a device, a path that leads outside, a known member twice or
 *   in another size, or more bytes than all known members together.
 */
export const readArchive = async (
  path: string,
  sizes: MemberSizes,
  context: ImportContext,
): Promise<ArchiveContent> => {
  const archive = basename(path);
  const { size: archiveBytes } = await stat(path);
  const limit = [...sizes.values()].reduce<number>((sum, size) => sum + (size ?? 0), slackBytes);
  const md5 = createHash('md5');
  let readBytes = 0;
  const noteRead = (piece: Buffer): void => {
    md5.update(piece);
    readBytes += piece.length;
    context.onProgress({ message: `Reading ${archive}`, share: readBytes / archiveBytes });
  };
  const untar = extract();
  const members = new Map<string, Uint8Array>();
  const otherFiles: string[] = [];
  const readMembers = async (): Promise<void> => {
    for await (const entry of untar) {
      const name = safeName(entry.header, archive);
      const size = sizes.get(name);
      if (size === undefined || entry.header.type === 'directory') {
        if (otherFiles.length < 20) otherFiles.push(name);
        entry.resume();
        continue;
      }
      if (members.has(name)) throw refused(archive, `holds ${name} twice, expected once`);
      const member = memberBuffer(name, entry.header.size, size);
      let filled = 0;
      for await (const piece of entry as AsyncIterable<Buffer>) {
        member.set(piece, filled);
        filled += piece.length;
      }
      members.set(name, member);
    }
  };
  const unpacked = Readable.from(atMost(limit, archive, bytesOf(path, context.signal, noteRead)));
  const [streamed, read] = await Promise.allSettled([pipeline(unpacked, untar), readMembers()]);
  // A refusal by either side breaks the other one too: the refusal is what the user must hear.
  const errors = [read, streamed].filter((result) => result.status === 'rejected').map(({ reason }): unknown => reason);
  context.signal.throwIfAborted();
  if (errors.length > 0) throw errors.find((error) => error instanceof LabError) ?? damaged(archive, errors[0]);
  return { members, otherFiles, md5: md5.digest('hex') };
};

const fewEntries = 16;

/** Names of the first files in a .tar or .tar.gz; none where it is damaged, which reading it will say. */
export const firstNamesIn = async (path: string, signal: AbortSignal): Promise<string[]> => {
  const untar = extract();
  const names: string[] = [];
  const look = async (): Promise<void> => {
    for await (const entry of untar) {
      names.push(posix.basename(entry.header.name));
      if (names.length === fewEntries) return;
      entry.resume();
    }
  };
  const pieces = Readable.from(bytesOf(path, signal));
  await Promise.allSettled([look().finally(() => pieces.destroy()), pipeline(pieces, untar)]);
  signal.throwIfAborted();
  return names;
};

/** The file name of a plain file or directory that lies inside the archive. */
const safeName = ({ name, type }: Header, archive: string): string => {
  const isInside = !name.startsWith('/') && !/^[a-z]:|\\/i.test(name) && !name.split('/').includes('..');
  if (!isInside) throw refused(archive, `holds the path "${name.slice(0, 100)}", which leads outside the archive`);
  if (type !== 'file' && type !== 'contiguous-file' && type !== 'directory') {
    throw refused(archive, `holds a ${type} named "${name.slice(0, 100)}", expected plain files`);
  }
  return posix.basename(name);
};

async function* atMost(limit: number, archive: string, pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let total = 0;
  for await (const piece of pieces) {
    total += piece.length;
    if (total > limit)
      throw refused(archive, `unpacks to more than ${inMegabytes(limit)}, which is all that the set has`);
    yield piece;
  }
}

const refused = (archive: string, found: string): LabError =>
  new LabError(
    'DATASET_CORRUPT',
    `${archive} ${found}; it is not the original archive. Download it again from its publisher.`,
  );

const damaged = (archive: string, cause: unknown): LabError =>
  new LabError(
    'DATASET_CORRUPT',
    `${archive} is no whole tar archive; it is damaged or was cut off: download it again.`,
    { cause },
  );

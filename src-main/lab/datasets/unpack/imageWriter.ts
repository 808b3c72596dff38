import { mkdir, statfs, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { LabError } from '../../../../shared/errors.ts';
import { foreignHeadBytes, foreignImage, isForeignName } from '../../../images/foreignKinds.ts';
import { imageKindOf, headBytes } from '../../../images/kinds.ts';
import { pathOfText, shownName } from '../../../files/byteNames.ts';
import { inFileWords } from '../../../files/fileFailures.ts';
import { unpackedEnding } from '../../../files/unpackedName.ts';
import { maxImageBytes } from '../../../../shared/imageManifest.ts';
import { isJunk } from '../imageFolder/junk.ts';
import { mayTellClasses } from '../imageFolder/lists.ts';
import { isImageName } from '../imageFolder/walk.ts';
import { inMegabytes } from '../fileBytes.ts';

/** Left free on the disk. */
const spareBytes = 2 ** 30;
/** The disk is asked again after so many bytes. */
const lookEveryBytes = 2 ** 26;
/** Images hardly get smaller in an archive; more than so many times its size is a bomb. */
const mostTimes = 100;
const slackBytes = 2 ** 24;
const mostListBytes = 2 ** 24;
/** Of a folder, as file systems have it; files get an ending. */
const longestFolderBytes = 255;
const longestFileBytes = longestFolderBytes - unpackedEnding.length;

/** Writes what counts of an archive to a folder: images, and lists of their classes. */
export interface ImageWriter {
  /** Whether a file of this name and size may be one that counts; tells without reading it. @throws LabError DATASET_CORRUPT for a path that leads outside. */
  mayCount(path: string, sizeBytes: number): boolean;
  /** @throws LabError DATASET_CORRUPT for a path that is there already or that unpacks to too much, WORKSPACE_UNWRITABLE where the disk is full. */
  write(path: string, bytes: Buffer): Promise<void>;
  readonly written: { images: number };
}

/**
 * @param archive - its name, for messages. @param archiveBytes - its size on the disk.
 * @param folder - is made; every file in it gets an ending of the lab's own, by which it is known when the set is deleted.
 */
export const imageWriter = async (archive: string, archiveBytes: number, folder: string): Promise<ImageWriter> => {
  const most = mostTimes * archiveBytes + slackBytes;
  const made = new Set<string>();
  const written = { images: 0 };
  let total = 0;
  let lookAt = 0;
  const refused = (found: string, advice = 'download it again from its publisher'): LabError =>
    new LabError('DATASET_CORRUPT', `${archive} ${found}. Nothing was kept; ${advice}.`);
  const makeRoom = async (sizeBytes: number): Promise<void> => {
    total += sizeBytes;
    if (total > most) throw refused(`unpacks to more than ${mostTimes} times its own size, as no images do`);
    if (total < lookAt) return;
    lookAt = total + lookEveryBytes;
    const { bavail, bsize } = await statfs(folder);
    if (bavail * bsize < spareBytes + lookEveryBytes)
      throw new LabError(
        'WORKSPACE_UNWRITABLE',
        `The disk has no room to unpack ${archive} into the workspace. Free some space and import it again; nothing was kept.`,
      );
  };
  await mkdir(folder, { recursive: true });
  return {
    written,
    mayCount(path, sizeBytes) {
      const parts = path.split('/');
      const isInside = !path.startsWith('/') && !/^[a-z]:|[\\\0]/i.test(path) && !parts.includes('..');
      if (!isInside)
        throw refused(`holds the path "${shownName(path).slice(0, 100)}", which leads outside the archive`);
      for (const [depth, part] of parts.entries()) {
        const most = depth === parts.length - 1 ? longestFileBytes : longestFolderBytes;
        if (Buffer.byteLength(part) > most)
          throw refused(`holds a name of more than ${most} bytes, "${shownName(part).slice(0, 60)} …"`, 'shorten it');
      }
      if (parts.some(isJunk)) return false;
      const isNamed = isImageName(path) || isForeignName(path);
      if (isNamed && sizeBytes > maxImageBytes)
        throw refused(`holds ${shownName(path)} of ${inMegabytes(sizeBytes)}, more than any image has`, 'remove it');
      if (sizeBytes > maxImageBytes || (mayTellClasses(path) && sizeBytes > mostListBytes)) return false;
      return sizeBytes > 0 || isNamed; // one that is damaged is looked at, as one in a folder
    },
    async write(path, bytes) {
      const isImage =
        isImageName(path) ||
        foreignImage(path, bytes.subarray(0, foreignHeadBytes)) !== null ||
        imageKindOf(bytes.subarray(0, headBytes)) !== null;
      if (!isImage && !mayTellClasses(path)) return;
      await makeRoom(bytes.length);
      const target = join(folder, `${path}${unpackedEnding}`);
      const above = dirname(target);
      try {
        if (!made.has(above)) await mkdir(pathOfText(above), { recursive: true });
        made.add(above);
        await writeFile(pathOfText(target), bytes, { flag: 'wx' });
      } catch (error) {
        const code = error instanceof Error && 'code' in error ? error.code : null;
        if (code === 'EEXIST' || code === 'ENOTDIR') throw refused(`holds ${shownName(path)} twice, expected once`);
        if (code === 'ENOSPC' || code === 'EDQUOT')
          throw new LabError(
            'WORKSPACE_UNWRITABLE',
            `The disk is full while ${archive} is unpacked. Free some space and import it again; nothing was kept.`,
          );
        throw inFileWords(error);
      }
      if (isImage) written.images++;
    },
  };
};

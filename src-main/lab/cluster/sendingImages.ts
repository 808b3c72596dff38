import { copyFile, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, posix, relative, sep } from 'node:path';
import type { DatasetInfo } from '../../../shared/dataset.ts';
import { LabError } from '../../../shared/errors.ts';
import { imageManifestName } from '../../../shared/imageManifest.ts';
import { pathOfText } from '../../files/byteNames.ts';
import { remove } from '../../files/remove.ts';
import { readHeader, readManifest } from '../datasets/imageFolder/manifest.ts';
import { infoFileName } from '../datasets/save.ts';
import type { DistantHost } from './distantHost.ts';

/** Where the images lie there, in the set's own folder. */
const imagesFolder = 'images';

/**
 * Brings a set of image files to a host that sees none of this machine's disks: the images that its list names, what links lead to instead of
 * the links, and the list with the place where they lie there. What is there already is not sent again.
 * @param folder - of the set in the library.
 * @throws LabError PLACE_*, CONFIG_INVALID
 */
export const sendImages = async (
  { name }: DatasetInfo,
  folder: string,
  target: string,
  host: DistantHost,
): Promise<void> => {
  const header = await readHeader(folder);
  const within = relative(folder, header.root);
  if (within !== '..' && !within.startsWith(`..${sep}`)) return host.send(folder, target); // the import unpacked them
  if (typeof pathOfText(header.root) !== 'string')
    throw new LabError(
      'CONFIG_INVALID',
      `The folder of ${name}'s images has a name that is no UTF-8, and cannot be sent to ${host.name()}. Rename it and import it again: the same images are the same set.`,
    );
  const paths: string[] = [];
  for await (const { folder: below, images } of (await readManifest(folder)).classes)
    for (const [file] of images) paths.push(posix.join(below, file));
  await host.send(header.root, posix.join(target, imagesFolder), { only: paths, follow: true });
  const lists = await mkdtemp(join(tmpdir(), 'esam-lab-list-'));
  try {
    await copyFile(join(folder, infoFileName), join(lists, infoFileName));
    const list = await readFile(join(folder, imageManifestName));
    const first = Buffer.from(`${JSON.stringify({ ...header, root: imagesFolder })}\n`);
    const rest = list.subarray(list.indexOf('\n') + 1);
    await writeFile(join(lists, imageManifestName), Buffer.concat([first, rest]));
    await host.send(lists, target);
  } finally {
    remove('sentList', tmpdir(), basename(lists));
  }
};

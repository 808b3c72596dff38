import { open, readdir, realpath, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { byCodePoint, pathOfText, shownName, textOfName } from '../../../files/byteNames.ts';
import { withoutEnding } from '../../../files/unpackedName.ts';
import { foreignHeadBytes, foreignImage, isForeignName } from '../../../images/foreignKinds.ts';
import { headBytes, imageKindOf } from '../../../images/kinds.ts';
import { LabError } from '../../../../shared/errors.ts';
import { readError } from '../fileBytes.ts';
import { isJunk } from './junk.ts';

/** What a folder holds, links followed as torchvision follows them, in the order of the names. */
export interface Listed {
  readonly folders: readonly string[];
  readonly files: readonly string[];
}

/** @throws LabError DATASET_CORRUPT for a link that leads nowhere or round in a circle, a pipe or a device; DATASET_NOT_FOUND. */
export const list = async (root: string, path: string): Promise<Listed> => {
  const here = path === '' ? root : join(root, path);
  const entries = await readdir(pathOfText(here), { withFileTypes: true, encoding: 'buffer' }).catch(
    (error: unknown) => {
      throw readError(error, shownName(path === '' ? basename(root) : path));
    },
  );
  const listed = { folders: [] as string[], files: [] as string[] };
  for (const entry of entries) {
    const name = textOfName(entry.name);
    if (isJunk(name)) continue;
    if (entry.isDirectory()) listed.folders.push(name);
    else if (entry.isFile()) listed.files.push(name);
    else if (entry.isSymbolicLink())
      ((await isFolderBehind(root, `${path}/${name}`)) ? listed.folders : listed.files).push(name);
    else throw refused(`${shownName(`${path}/${name}`)} is a pipe, a socket or a device`, 'Remove it');
  }
  return { folders: listed.folders.sort(byCodePoint), files: listed.files.sort(byCodePoint) };
};

/** What a link leads to. */
const isFolderBehind = async (root: string, path: string): Promise<boolean> => {
  const shown = shownName(path.replace(/^\//, ''));
  const found = await stat(pathOfText(join(root, path))).catch((error: unknown) => {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    throw code === 'ELOOP'
      ? refused(`${shown} is a link that leads to itself`, 'Remove it')
      : refused(`${shown} is a link that leads nowhere`, 'Remove it, or bring back what it leads to');
  });
  if (found.isDirectory()) return true;
  if (!found.isFile()) throw refused(`${shown} is a link to a pipe, a socket or a device`, 'Remove it');
  return false;
};

/** A path for a person: as it was called before it was unpacked. */
export const shownPath = (path: string): string => shownName(withoutEnding(path));

export const refused = (found: string, advice: string): LabError =>
  new LabError('DATASET_CORRUPT', `${found}. ${advice}, then import it again.`);

/** Names that images usually have; files with others are looked into. */
const imageName = /\.(?:jpe?g|jfif|jpe|png|webp|gif|tiff?|avif|bmp|dib|p[bgpn]m)$/i;
/** Names of files that are none, however many there are. */
const otherName =
  /\.(?:txt|csv|tsv|jsonl?|xml|ya?ml|md|html?|mat|npy|npz|pickle|pkl|pth?|zip|tar|gz|tgz|py|ipynb|log)$/i;

/** Whether a name is one that images usually have. */
export const isImageName = (name: string): boolean => imageName.test(withoutEnding(name));

/** Whether a file is an image, also of a kind that the lab does not read, for the import to say: by its name, or by its first bytes where the name does not tell. */
export const isImage = async (root: string, path: string): Promise<boolean> => {
  const name = withoutEnding(path);
  if (isImageName(name) || isForeignName(name)) return true;
  if (otherName.test(name)) return false;
  const file = await open(pathOfText(join(root, path)), 'r').catch((error: unknown) => {
    throw readError(error, shownName(path));
  });
  try {
    const head = Buffer.alloc(foreignHeadBytes);
    const { bytesRead } = await file.read(head, 0, foreignHeadBytes, 0);
    const begin = head.subarray(0, bytesRead);
    return imageKindOf(begin.subarray(0, headBytes)) !== null || foreignImage(name, begin) !== null;
  } finally {
    await file.close();
  }
};

export interface Found {
  /** Paths below the folder that was looked through, sorted by code point. */
  readonly images: readonly string[];
  readonly others: number;
}

const mostDepth = 12;
const mostImages = 50_000_000;

/**
 * The images in a folder and in those below it.
 * @throws LabError DATASET_CORRUPT as `list` does, and where a link leads back to a folder that it lies in.
 */
export const imagesBelow = async (root: string, folder: string, signal: AbortSignal): Promise<Found> => {
  const images: string[] = [];
  let others = 0;
  const visit = async (below: string, above: readonly string[]): Promise<void> => {
    signal.throwIfAborted();
    const here = `${folder}${below === '' ? '' : `/${below}`}`;
    const real = await realpath(pathOfText(join(root, here)), { encoding: 'buffer' }).then(textOfName);
    if (above.includes(real))
      throw refused(`${shownName(here)} is a link that leads back to a folder that it lies in`, 'Remove it');
    if (above.length > mostDepth)
      throw refused(`${shownName(here)} lies too deep`, 'Put the images in their class folder');
    const { folders, files } = await list(root, here);
    for (const name of files) {
      if (!(await isImage(root, `${here}/${name}`))) others++;
      else if (images.push(`${below === '' ? '' : `${below}/`}${name}`) > mostImages)
        throw refused('There are more than 50 million images', 'Import a part of them');
    }
    for (const name of folders) await visit(`${below === '' ? '' : `${below}/`}${name}`, [...above, real]);
  };
  await visit('', []);
  return { images: images.sort(byCodePoint), others };
};

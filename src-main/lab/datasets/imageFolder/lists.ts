import { isUtf8 } from 'node:buffer';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pathOfText } from '../../../files/byteNames.ts';
import { withoutEnding } from '../../../files/unpackedName.ts';
import { readError } from '../fileBytes.ts';
import { roleOf, type HalfName } from '../formats/roles.ts';
import { classesIn, type ListAnswer } from './listColumns.ts';
import { isImageName, list, refused, shownPath } from './walk.ts';

/** A file that says of which class each image of a flat folder is. */
export interface ImageList {
  /** Path in the root. */
  readonly path: string;
  /** Image's path in its folder → class. */
  readonly classes: ReadonlyMap<string, string>;
}

const listName = /\.(?:txt|csv|tsv|jsonl)$/i;
/** Whether a file may tell of images' classes, by its name. */
export const mayTellClasses = (name: string): boolean => listName.test(name) || /\.cls$/i.test(name);
const mostListBytes = 256e6;

/**
 * Finds the list of a flat folder's images: a text, CSV, TSV or JSONL file in one of these folders with an image and a class on each line.
 * @param folders - in which to look, the nearest first; paths in the root.
 * @param known - classes that there are; null: what the list says makes them.
 * @returns null where no file lists most of the images.
 * @throws LabError DATASET_CORRUPT where one does, but which of its columns is the class cannot be told, or where several name different classes.
 */
export const findList = async (
  root: string,
  folders: readonly string[],
  images: readonly string[],
  known: ReadonlySet<string> | null,
): Promise<ImageList | null> => {
  const imageOf = imageFinder(images);
  let problem: string | null = null;
  for (const folder of folders) {
    const found: ImageList[] = [];
    for (const path of await listsIn(root, folder)) {
      const answer = await read(root, path, imageOf, known);
      if (typeof answer === 'string') problem ??= `${shownPath(path)} ${answer}`;
      else if (answer !== null) found.push({ path, classes: answer });
    }
    const [first, ...others] = found.sort((a, b) => b.classes.size - a.classes.size);
    if (first === undefined) continue;
    const rival = others.find((other) => !isWithin(other, first));
    if (rival !== undefined)
      throw refused(
        `${shownPath(first.path)} and ${shownPath(rival.path)} both name classes of images here, and differ`,
        'Keep one of them in the folder, or call them train and val if they are of halves',
      );
    return first;
  }
  if (problem !== null)
    throw refused(problem, 'Write a list with two columns, the image and its class, or name that column "label"');
  return null;
};

/** The lists of the halves of one flat folder, where their names say which is which: train.csv and val.csv or test.csv. Null where they do not. */
export const findSplitLists = async (
  root: string,
  folders: readonly string[],
  images: readonly string[],
): Promise<{ readonly train: string; readonly test: string } | null> => {
  const imageOf = imageFinder(images);
  for (const folder of folders) {
    const of = new Map<HalfName, string[]>();
    for (const path of await listsIn(root, folder)) {
      const { half } = roleOf(basename(withoutEnding(path)).replace(/\.\w+$/, ''));
      const answer = half === 'whole' ? null : await read(root, path, imageOf, null);
      if (answer !== null && typeof answer !== 'string') of.set(half, [...(of.get(half) ?? []), path]);
    }
    const [train, ...others] = of.get('train') ?? [];
    const [test, ...more] = of.get('val') ?? of.get('test') ?? [];
    if (train !== undefined && test !== undefined && others.length === 0 && more.length === 0) return { train, test };
  }
  return null;
};

/** @throws LabError DATASET_CORRUPT where it is no list of these images. */
export const readList = async (
  root: string,
  path: string,
  images: readonly string[],
  known: ReadonlySet<string> | null,
): Promise<ImageList> => {
  const answer = await read(root, path, imageFinder(images), known);
  if (answer === null) throw refused(`${shownPath(path)} names no image with a class that training has`, 'Check it');
  if (typeof answer === 'string') throw refused(`${shownPath(path)} ${answer}`, 'Write it with two columns');
  return { path, classes: answer };
};

/** The classes of images beside each of which a file "….cls" holds its own, as WebDataset keeps them; null where there are none. */
export const findClassFiles = async (
  root: string,
  folder: string,
  images: readonly string[],
): Promise<ImageList | null> => {
  const classes = new Map<string, string>();
  for (const image of images) {
    const own = withoutEnding(image);
    const path = `${withoutKind(own)}.cls${image.slice(own.length)}`;
    const text = await readFile(pathOfText(join(root, folder, path)), 'utf8').catch(() => null);
    if (text === null && classes.size === 0) return null;
    if (text !== null) classes.set(image, text.trim().normalize('NFC'));
  }
  return classes.size === 0 ? null : { path: 'the files .cls beside them', classes };
};

const read = async (
  root: string,
  path: string,
  imageOf: ImageFinder,
  known: ReadonlySet<string> | null,
): Promise<ListAnswer> => classesIn(await listText(root, path), imageOf, known);

export const listsIn = async (root: string, folder: string): Promise<string[]> =>
  (await list(root, folder)).files
    .filter((name) => listName.test(withoutEnding(name)) && !/submission/i.test(name)) // what competitions want back
    .map((file) => (folder === '' ? file : `${folder}/${file}`));

const isWithin = (part: ImageList, whole: ImageList): boolean =>
  [...part.classes].every(([image, name]) => whole.classes.get(image) === name);

const withoutKind = (name: string): string => name.replace(/\.\w+$/, '');

/** The image that a list's cell names, if it names one. */
export type ImageFinder = (cell: string) => string | undefined;

/** What a list may call an image: by its path, its name, or either without the ending. Names that two images share name neither. */
export const imageFinder = (images: readonly string[]): ImageFinder => {
  const names = new Map<string, string | null>();
  for (const image of images) {
    const path = withoutEnding(image).normalize('NFC');
    const short = basename(path);
    for (const name of new Set([path, withoutKind(path), short, withoutKind(short)]))
      names.set(name, names.has(name) ? null : image);
  }
  const named = (name: string): string | undefined => names.get(name) ?? undefined;
  return (cell) => {
    const plain = cell.replaceAll('\\', '/').replace(/^(?:\.\/)+/, '');
    const short = basename(plain);
    return named(plain) ?? named(short) ?? (isImageName(short) ? named(withoutKind(short)) : undefined);
  };
};

/** UTF-8, UTF-16 with its mark, or what Windows in the West writes. */
export const listText = async (root: string, path: string): Promise<string> => {
  const bytes = await readFile(pathOfText(join(root, path))).catch((error: unknown) => {
    throw readError(error, shownPath(path));
  });
  if (bytes.length > mostListBytes) throw refused(`${shownPath(path)} has ${bytes.length} bytes`, 'Remove it');
  const isUtf16 = bytes[0] === 0xff && bytes[1] === 0xfe;
  const encoding = isUtf16 ? 'utf-16le' : isUtf8(bytes) ? 'utf-8' : 'windows-1252';
  return new TextDecoder(encoding).decode(bytes);
};

import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pathOfText, shownName } from '../../../files/byteNames.ts';
import { withoutEnding } from '../../../files/unpackedName.ts';
import { readError } from '../fileBytes.ts';
import { list, refused } from './walk.ts';

/** A file that says of which class each image of a flat folder is. */
export interface ImageList {
  /** Path in the root. */
  readonly path: string;
  /** Image's path in its folder → class. */
  readonly classes: ReadonlyMap<string, string>;
}

const listName = /\.(?:txt|csv|tsv)$/i;
const mostListBytes = 256e6;

/**
 * Finds the list of a flat folder's images: a text, CSV or TSV file in one of these folders with an image and a class on each line, in
 * the columns where most of its lines have them (Tiny-ImageNet's val_annotations.txt has four numbers more; a first line may be a header).
 * @param folders - in which to look, the nearest first; paths in the root.
 * @param known - classes that there are; null: what the list says makes them.
 * @returns null where no file lists most of the images.
 */
export const findList = async (
  root: string,
  folders: readonly string[],
  images: readonly string[],
  known: ReadonlySet<string> | null,
): Promise<ImageList | null> => {
  const names = namesOf(images);
  for (const folder of folders) {
    for (const file of (await list(root, folder)).files.filter((name) => listName.test(withoutEnding(name)))) {
      const path = folder === '' ? file : `${folder}/${file}`;
      const classes = classesIn(await textOf(root, path), names, known);
      if (classes !== null) return { path, classes };
    }
  }
  return null;
};

/** What a list may call an image: by its path, its name, or its name without the ending. Names that two images share name neither. */
const namesOf = (images: readonly string[]): ReadonlyMap<string, string> => {
  const names = new Map<string, string | null>();
  for (const image of images) {
    const path = withoutEnding(image).normalize('NFC');
    const short = basename(path);
    for (const name of new Set([path, short, short.replace(/\.\w+$/, '')])) {
      names.set(name, names.has(name) ? null : image);
    }
  }
  return new Map([...names].filter((entry): entry is [string, string] => entry[1] !== null));
};

const textOf = async (root: string, path: string): Promise<string> => {
  const bytes = await readFile(pathOfText(join(root, path))).catch((error: unknown) => {
    throw readError(error, shownName(path));
  });
  if (bytes.length > mostListBytes) throw refused(`${shownName(path)} has ${bytes.length} bytes`, 'Remove it');
  const isUtf16 = bytes[0] === 0xff && bytes[1] === 0xfe;
  return bytes.toString(isUtf16 ? 'utf16le' : 'utf8').replace(/^\uFEFF/, '');
};

const classesIn = (
  text: string,
  names: ReadonlyMap<string, string>,
  known: ReadonlySet<string> | null,
): ReadonlyMap<string, string> | null => {
  const rows = text
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '')
    .map(cellsOf);
  const imageOf = (cell: string | undefined): string | undefined =>
    names.get((cell ?? '').replace(/^(?:\.\/)+/, '')) ?? names.get(basename(cell ?? ''));
  const width = Math.max(0, ...rows.slice(0, 1000).map(({ length }) => length));
  const columns = Array.from({ length: width }, (_, column) => column);
  const share = (holds: (cell: string | undefined) => boolean, column: number): number =>
    rows.filter((row) => holds(row[column])).length / rows.length;
  const imageColumn = best(columns, (column) => share((cell) => imageOf(cell) !== undefined, column));
  if (imageColumn === null) return null;
  const others = columns.filter((column) => column !== imageColumn);
  // Without classes to go by, the column beside the names is it.
  const classColumn =
    known === null ? (others[0] ?? null) : best(others, (column) => share((cell) => known.has(cell ?? ''), column));
  if (classColumn === null) return null;
  const classes = new Map<string, string>();
  for (const row of rows) {
    const image = imageOf(row[imageColumn]);
    const name = row[classColumn] ?? '';
    if (image !== undefined && name !== '') classes.set(image, name);
  }
  return classes.size > 0 ? classes : null;
};

/** The column that more than half of the lines speak for. */
const best = (columns: readonly number[], shareOf: (column: number) => number): number | null => {
  const [first] = columns.map((column) => ({ column, share: shareOf(column) })).sort((a, b) => b.share - a.share);
  return first !== undefined && first.share > 0.5 ? first.column : null;
};

/** The cells of a line: between tabs, else commas or semicolons (quotes as in CSV), else blanks. */
const cellsOf = (line: string): string[] => {
  const separator = ['\t', ',', ';'].find((each) => line.includes(each));
  if (separator === undefined) return line.trim().normalize('NFC').split(/\s+/);
  const cells = line.match(new RegExp(`(?<=^|${separator})(?:"(?:[^"]|"")*"|[^${separator}]*)`, 'g')) ?? [];
  return cells.map((cell) =>
    cell
      .trim()
      .replace(/^"(.*)"$/s, '$1')
      .replaceAll('""', '"')
      .normalize('NFC'),
  );
};

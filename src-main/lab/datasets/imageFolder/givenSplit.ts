import { basename } from 'node:path';
import { withoutEnding } from '../../../files/unpackedName.ts';
import { roleOf } from '../formats/roles.ts';
import { tablesOf, type Row } from './listColumns.ts';
import { imageFinder, listsIn, listText } from './lists.ts';
import { list, shownPath } from './walk.ts';

type HalfOf = ReadonlyMap<string, 'train' | 'test'>;

/** Which images are for training and which for testing, as a set's own lists say. */
export interface GivenSplit {
  readonly halves: HalfOf;
  /** For the set's record. */
  readonly text: string;
}

/** Folders in which sets keep their lists. */
const listFolder = /^(?:meta(?:data)?|splits?|annotations?|lists?|labels?)$/i;
const splitColumn = /^(?:split|set|subset|usage|partition|data[_ ]set|fold_?type)$/i;

/**
 * Finds a set's own split where its folders say none: a list of names for each half, as Food-101's meta/train.txt and meta/test.txt, or a list
 * with a column "split".
 * @param chosen - the folder that was chosen. @param base - the set's own in it. @param images - below the folder that holds its classes.
 * @returns null where there is none, or more than one.
 */
export const findGivenSplit = async (
  chosen: string,
  base: string,
  images: readonly string[],
): Promise<GivenSplit | null> => {
  const imageOf = imageFinder(images);
  for (const folder of await foldersOfLists(chosen, base)) {
    const named: { half: 'train' | 'val' | 'test'; path: string; images: readonly string[] }[] = [];
    for (const path of await listsIn(chosen, folder)) {
      for (const { header, rows } of tablesOf(await listText(chosen, path), imageOf)) {
        const found = rows.map((row) => row.map(imageOf).find((image) => image !== undefined));
        const those = found.filter((image) => image !== undefined);
        if (those.length < 0.9 * rows.length || those.length === 0) continue;
        const column = header?.findIndex((name) => splitColumn.test(name.trim())) ?? -1;
        const halves = column < 0 ? null : inColumn(rows, found, column);
        if (halves !== null) return { halves, text: `split as in ${shownPath(path)}` };
        const { half } = roleOf(basename(withoutEnding(path)).replace(/\.\w+$/, ''));
        if (half !== 'whole') named.push({ half, path, images: those });
        break;
      }
    }
    const of = (half: string) => named.filter((each) => each.half === half);
    const [train, ...others] = of('train');
    const [test, ...more] = of('test').length > 0 ? of('test') : of('val');
    if (train === undefined || test === undefined || others.length + more.length > 0) continue;
    const trained = new Set(train.images);
    if (test.images.some((image) => trained.has(image))) continue;
    const halves = new Map([
      ...train.images.map((image) => [image, 'train'] as const),
      ...test.images.map((image) => [image, 'test'] as const),
    ]);
    return { halves, text: `split as in ${shownPath(train.path)} and ${shownPath(test.path)}` };
  }
  return null;
};

/** What a column says of each image; null where it says nothing of halves. Validation is for testing only where nothing else is. */
const inColumn = (rows: readonly Row[], images: readonly (string | undefined)[], column: number): HalfOf | null => {
  const roles = rows.map((row) => roleOf(` ${row[column] ?? ''} `.replace(/(?<=[a-z])(?=[A-Z])/g, ' ')).half);
  if (roles.includes('whole') || !roles.includes('train')) return null;
  const tested = roles.includes('test') ? 'test' : 'val';
  if (!roles.includes(tested)) return null;
  const halves = new Map<string, 'train' | 'test'>();
  images.forEach((image, place) => {
    const role = roles[place];
    if (image !== undefined && (role === 'train' || role === tested))
      halves.set(image, role === 'train' ? 'train' : 'test');
  });
  return halves;
};

/** The set's own folder, those above it up to the chosen one, and in each of them the folders of lists. */
const foldersOfLists = async (chosen: string, base: string): Promise<string[]> => {
  const names = base === '' ? [] : base.split('/');
  const above = Array.from({ length: names.length + 1 }, (_, depth) => names.slice(0, names.length - depth).join('/'));
  const inside = await Promise.all(
    above.map(async (folder) =>
      (await list(chosen, folder)).folders
        .filter((name) => listFolder.test(name))
        .map((name) => (folder === '' ? name : `${folder}/${name}`)),
    ),
  );
  return above.flatMap((folder, depth) => [folder, ...(inside[depth] ?? [])]);
};

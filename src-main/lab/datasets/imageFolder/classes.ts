import { basename } from 'node:path';
import { counted } from '../../../../shared/counted.ts';
import { LabError } from '../../../../shared/errors.ts';
import { groupedBy } from '../../../../shared/groupedBy.ts';
import { byCodePoint, shownName } from '../../../files/byteNames.ts';
import { pause } from '../pause.ts';
import { seenIn, type Half } from './form.ts';
import { findClassFiles, findList, readList } from './lists.ts';
import { imagesBelow, refused, shownPath } from './walk.ts';

/** Files of one class in one half; paths have "/" between names. */
export interface ClassFiles {
  readonly half: 'train' | 'test';
  readonly label: number;
  /** Path in the root; "." = the root itself. Of a flat folder, several classes have the same. */
  readonly folder: string;
  /** Paths in that folder, sorted. */
  readonly images: readonly string[];
}

/** The images of one half. */
export interface Classified {
  readonly names: readonly string[];
  readonly files: readonly Omit<ClassFiles, 'half'>[];
  readonly others: number;
  readonly notes: readonly string[];
}

/**
 * The images of a half by their classes.
 * @param labels - of the classes that there are, by name in normal form C; null: the half makes them, and none may be empty.
 */
export const classified = async (
  root: string,
  half: Half,
  labels: ReadonlyMap<string, number> | null,
  signal: AbortSignal,
): Promise<Classified> =>
  half.kind === 'classes'
    ? byFolders(root, half.folder, half.names, labels, signal)
    : byList(root, half, labels, signal);

const byFolders = async (
  root: string,
  above: string,
  names: readonly string[],
  labels: ReadonlyMap<string, number> | null,
  signal: AbortSignal,
): Promise<Classified> => {
  const shown = shownName(above === '' ? basename(root) : above);
  if (labels === null && (names.length < 2 || names.length > 65_536))
    throw refused(`${shown} holds ${counted(names.length, 'class folder')}, expected 2 to 65,536`, 'Check the folder');
  refuseTwins(shown, names);
  const files: Omit<ClassFiles, 'half'>[] = [];
  let others = 0;
  for (const [place, name] of names.entries()) {
    await pause(signal);
    const label = labels === null ? place : labels.get(name.normalize('NFC'));
    if (label === undefined)
      throw refused(
        `${shown} has a class "${shownName(name)}", which the training folder lacks`,
        `Add it there, or remove ${shown}/${shownName(name)}`,
      );
    const folder = above === '' ? name : `${above}/${name}`;
    const found = await imagesBelow(root, folder, signal);
    others += found.others;
    if (found.images.length === 0 && labels === null)
      throw refused(
        `${shownName(folder)} holds no images${found.others === 0 ? '' : `, only ${await seenIn(root, folder, signal)}`}`,
        'Add some (jpg, png, webp, gif, tif, avif, bmp, ppm), or remove the folder',
      );
    if (found.images.length > 0) files.push({ label, folder, images: found.images });
  }
  if (files.length === 0) throw refused(`${shown} holds no images`, 'Add some');
  return { names: names.map((name) => name.normalize('NFC')), files, others, notes: [] };
};

/** Names that look alike, and whose images nobody could tell apart by class. */
const refuseTwins = (shown: string, names: readonly string[]): void => {
  for (const [normal, twins] of groupedBy(names, (name) => name.normalize('NFC'))) {
    if (twins.length < 2) continue;
    throw refused(
      `${shown} has ${twins.length} class folders “${shownName(normal)}”, which differ only in how Unicode writes their accents: ${twins.map(escaped).join(' and ')}`,
      'Put their images into one of them, or rename one, in every half',
    );
  }
};

const escaped = (name: string): string =>
  `"${name.replace(/[^ -~]/gu, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`)}"`;

const byList = async (
  root: string,
  { folder: above, list: given }: Extract<Half, { kind: 'flat' }>,
  labels: ReadonlyMap<string, number> | null,
  signal: AbortSignal,
): Promise<Classified> => {
  const folder = above === '' ? '.' : above;
  const { images, others } = await imagesBelow(root, folder, signal);
  const known = labels === null ? null : new Set([...labels.keys()].flatMap((name) => [name, plainNumber(name)]));
  const listed =
    given === undefined
      ? ((await findList(root, around(above), images, known)) ?? (await findClassFiles(root, folder, images)))
      : await readList(root, given, images, known);
  if (listed === null) throw noList(above === '' ? basename(root) : above, images.length);
  const names = labels === null ? [...new Set(listed.classes.values())].sort(byCodePoint) : [];
  if (labels === null && (names.length < 2 || names.length > 65_536))
    throw refused(
      `${shownPath(listed.path)} names ${counted(names.length, 'class', 'classes')}, expected 2 to 65,536`,
      'Check the list',
    );
  const places = labels ?? new Map(names.map((name, label) => [name, label]));
  const byNumber = new Map([...places].map(([name, place]) => [plainNumber(name), place]));
  const files = new Map<number, string[]>();
  let unlisted = 0;
  for (const image of images) {
    const name = listed.classes.get(image);
    if (name === undefined) {
      unlisted++;
      continue;
    }
    const label = places.get(name) ?? byNumber.get(name);
    if (label === undefined)
      throw refused(
        `${shownPath(listed.path)} has a class "${name}", which the training folder lacks`,
        'Add it there, or remove those lines',
      );
    const ofClass = files.get(label);
    if (ofClass === undefined) files.set(label, [image]);
    else ofClass.push(image);
  }
  return {
    names,
    files: [...files].sort(([a], [b]) => a - b).map(([label, some]) => ({ label, folder, images: some })),
    others,
    notes: [
      `classes of ${shownName(folder)} as in ${shownPath(listed.path)}`,
      ...(unlisted === 0 || given !== undefined
        ? []
        : [
            `${counted(unlisted, 'image')} of ${shownName(folder)} left aside, which ${shownPath(listed.path)} does not name`,
          ]),
    ],
  };
};

/** "00007" is 7 in lists of sets whose classes are numbers. */
const plainNumber = (name: string): string => (/^\d+$/.test(name) ? String(Number(name)) : name);

const noList = (folder: string, images: number): LabError =>
  new LabError(
    'DATASET_UNSUPPORTED',
    `${shownName(folder)} holds ${counted(images, 'image')}, but no folders of classes and no list of their classes. Expected train/<class>/… and val/<class>/…, ` +
      'a folder for each class, or a file such as labels.csv with an image and its class on each line.',
  );

/** A flat folder, the one above it and the set's own: where its list may lie. */
export const around = (folder: string): string[] => [
  ...new Set([folder, folder.split('/').slice(0, -1).join('/'), '']),
];

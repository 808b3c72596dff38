import { realpath, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { counted } from '../../../../shared/counted.ts';
import type { SplitChoice } from '../../../../shared/dataset.ts';
import { LabError } from '../../../../shared/errors.ts';
import { pathOfText, shownName, textOfName } from '../../../files/byteNames.ts';
import { readError } from '../fileBytes.ts';
import { around, classified, type ClassFiles, type Classified } from './classes.ts';
import { findGivenSplit, type GivenSplit } from './givenSplit.ts';
import { formsIn, seenIn, type Form, type Half } from './form.ts';
import { findSplitLists } from './lists.ts';
import { splitText, testPlaces } from './split.ts';
import { imagesBelow, list, refused } from './walk.ts';

export interface ImageFolder {
  /** Absolute, links resolved. */
  readonly root: string;
  /** Sorted by code point, as torchvision sorts them: a class's place is its label. */
  readonly classNames: readonly string[];
  readonly classes: readonly ClassFiles[];
  /** Files that are no images. */
  readonly otherFiles: number;
  /** How it was read where that is not plain, and what was left aside, a phrase each. */
  readonly notes: readonly string[];
}

/** Whether a set of images lies in this folder, or in folders below it; true also where its links are broken, for the import to say. */
export const isImageFolder = async (path: string): Promise<boolean> => {
  try {
    return (await stat(path)).isDirectory() && (await formsIn(path)).length > 0;
  } catch (error) {
    return error instanceof LabError && error.code === 'DATASET_CORRUPT';
  }
};

/**
 * Lists a set of images: a folder for each class (folders within it included), in train and val (or test, validation …, in any case); flat folders
 * with a list of their images; or classes without a split, where one was chosen. The set may lie up to three folders deeper.
 * @param split - for a set that says nothing of what is for testing; null: such a set is refused, with the offer.
 * @throws LabError DATASET_UNSUPPORTED where no set or several are there (saying what is), or a split is needed; DATASET_CORRUPT for a class without
 *   images in train, a class that only val has, or a link that cannot be followed.
 */
export const listImageFolder = async (
  path: string,
  split: SplitChoice | null,
  signal: AbortSignal,
): Promise<ImageFolder> => {
  const chosen = await realpath(pathOfText(path), { encoding: 'buffer' }).then(textOfName, (error: unknown) => {
    throw readError(error, basename(path));
  });
  const [form, ...others] = await formsIn(chosen);
  if (form === undefined) throw await nothingFound(chosen, signal);
  if (others.length > 0) throw severalFound(chosen, [form, ...others]);
  const root = form.base === '' ? chosen : join(chosen, form.base);
  const within = (half: Half): Half => ({ ...half, folder: half.folder.slice(form.base.length).replace(/^\//, '') });
  const [trainHalf, ...testHalves] = await listedHalves(root, within(form.train), form.tests.map(within), signal);
  const train = await classified(root, trainHalf, null, signal);
  const labels = new Map(train.names.map((name, label) => [name, label]));
  const { tested, unusable } = await firstUsable(root, testHalves, labels, signal);
  if (unusable !== null && split === null)
    throw new LabError(
      unusable.code,
      `${unusable.message} Or choose which share of each class of training is for testing (--test-share 0.2); the other is left aside then.`,
    );
  const notes = [
    ...(form.base === '' ? [] : [`found in its folder ${shownName(form.base)}`]),
    ...train.notes,
    ...(tested?.test.notes ?? []),
    ...(await leftAside(root, [trainHalf, ...(tested === null ? [] : [tested.half])], signal)),
  ];
  if (tested === null) {
    const given = await findGivenSplit(chosen, form.base, imagesIn(trainHalf, train));
    if (given !== null) return { root, otherFiles: train.others, ...givenHalves(trainHalf, train, given, notes) };
    if (split === null) throw needsSplit(root, form, train);
    const classes = train.files.flatMap((files) => drawn(files, split));
    const taken = splitText(split, {
      test: imageCount(classes.filter(({ half }) => half === 'test')),
      all: imageCount(classes),
    });
    return { root, classNames: train.names, classes, otherFiles: train.others, notes: [taken, ...notes] };
  }
  const classes = [
    ...train.files.map((files): ClassFiles => ({ half: 'train', ...files })),
    ...tested.test.files.map((files): ClassFiles => ({ half: 'test', ...files })),
  ];
  return { root, classNames: train.names, classes, otherFiles: train.others + tested.test.others, notes };
};

const imageCount = (classes: readonly Pick<ClassFiles, 'images'>[]): number =>
  classes.reduce((sum, { images }) => sum + images.length, 0);

/** Paths as lists of the set name them: below the folder that holds its classes, or its images. */
const pathBelow = ({ folder: above }: Half, folder: string, image: string): string =>
  folder === above || folder === '.' ? image : `${above === '' ? folder : folder.slice(above.length + 1)}/${image}`;
const imagesIn = (half: Half, { files }: Classified): string[] =>
  files.flatMap(({ folder, images }) => images.map((image) => pathBelow(half, folder, image)));

/** A set's classes, cut as its own lists say. */
const givenHalves = (
  half: Half,
  { names, files }: Classified,
  { halves, text }: GivenSplit,
  notes: readonly string[],
): Pick<ImageFolder, 'classNames' | 'classes' | 'notes'> => {
  const of = (wanted: 'train' | 'test') =>
    files.map(({ label, folder, images }): ClassFiles => {
      const chosen = images.filter((image) => halves.get(pathBelow(half, folder, image)) === wanted);
      return { half: wanted, label, folder, images: chosen };
    });
  const [train, test] = [of('train'), of('test').filter(({ images }) => images.length > 0)];
  const empty = train.find(({ images }) => images.length === 0);
  if (empty !== undefined)
    throw refused(`${shownName(names[empty.label] ?? '')} has no image for training (${text})`, 'Check the lists');
  const unlisted = imageCount(files) - imageCount([...train, ...test]);
  const aside =
    unlisted === 0
      ? []
      : [`${counted(unlisted, 'image')} left aside, for which it has no half to train or to test with`];
  return { classNames: names, classes: [...train, ...test], notes: [text, ...aside, ...notes] };
};

/** A class's images, some for training and some for testing. */
const drawn = ({ label, folder, images }: Omit<ClassFiles, 'half'>, split: SplitChoice): ClassFiles[] => {
  if (images.length < 2)
    throw refused(`${shownName(folder)} holds a single image, of which none can be for testing`, 'Add some');
  const test = new Set(testPlaces(split, label, images.length));
  return (['train', 'test'] as const).map((half) => ({
    half,
    label,
    folder,
    images: images.filter((_, place) => test.has(place) === (half === 'test')),
  }));
};

/** The first half that can be tested with; one whose images have no classes is left aside for one whose have. `unusable`: why none can. */
const firstUsable = async (
  root: string,
  tests: readonly Half[],
  labels: ReadonlyMap<string, number>,
  signal: AbortSignal,
): Promise<{ tested: { half: Half; test: Classified } | null; unusable: LabError | null }> => {
  let unusable: LabError | null = null;
  for (const half of tests) {
    try {
      return { tested: { half, test: await classified(root, half, labels, signal) }, unusable: null };
    } catch (error) {
      if (!(error instanceof LabError) || error.code === 'DATASET_CORRUPT') throw error;
      unusable ??= error;
    }
  }
  return { tested: null, unusable };
};

/** Halves as they are; of one flat folder with a list for each of them, its halves. */
const listedHalves = async (
  root: string,
  train: Half,
  tests: readonly Half[],
  signal: AbortSignal,
): Promise<readonly [Half, ...Half[]]> => {
  if (train.kind !== 'flat' || tests.length > 0) return [train, ...tests];
  const { images } = await imagesBelow(root, train.folder === '' ? '.' : train.folder, signal);
  const lists = await findSplitLists(root, around(train.folder), images);
  if (lists === null) return [train];
  return [
    { ...train, list: lists.train },
    { ...train, list: lists.test },
  ];
};

/** The other folders of the set's, and how many images each has. */
const leftAside = async (root: string, used: readonly Half[], signal: AbortSignal): Promise<string[]> => {
  const { folders } = await list(root, '');
  const isUsedBy = (half: Half, name: string): boolean => {
    if (half.folder !== '') return half.folder.split('/')[0] === name;
    return half.kind === 'flat' || half.names.includes(name);
  };
  const aside: string[] = [];
  for (const name of folders.filter((each) => !used.some((half) => isUsedBy(half, each)))) {
    const { images } = await imagesBelow(root, name, signal);
    aside.push(`${shownName(name)} (${counted(images.length, 'image')})`);
  }
  return aside.length === 0
    ? []
    : [
        `left aside: ${aside.slice(0, 10).join(', ')}${aside.length > 10 ? ` and ${aside.length - 10} more folders` : ''}`,
      ];
};

const needsSplit = (root: string, { train }: Form, { names, files }: Classified): LabError =>
  new LabError(
    'DATASET_UNSUPPORTED',
    `${shownName(basename(root))} has ${counted(
      imageCount(files),
      'image',
    )} of ${counted(names.length, 'class', 'classes')} ` +
      `(${names.slice(0, 4).map(shownName).join(', ')}${names.length > 4 ? ' …' : ''}) ${train.folder === '' ? 'and' : `in ${shownName(train.folder)}, but`} nothing to test with, such as a folder val or test. ` +
      'Add one, or choose which share of each class is for testing (--test-share 0.2); it is drawn with a seed and recorded.',
  );

const severalFound = (root: string, forms: readonly Form[]): LabError => {
  const names = forms.map(({ base }) => shownName(base));
  return new LabError(
    'DATASET_UNSUPPORTED',
    `${shownName(basename(root))} holds ${forms.length} sets side by side: ${names.slice(0, 8).join(', ')}${names.length > 8 ? ' …' : ''}. Choose the folder of one of them.`,
  );
};

const nothingFound = async (root: string, signal: AbortSignal): Promise<LabError> =>
  new LabError(
    'DATASET_UNSUPPORTED',
    `${shownName(basename(root))} is no folder of images by class: it holds ${shownName(await seenIn(root, '', signal))}. Expected train/<class>/… and val/<class>/… ` +
      '(or valid, validation, test; in any case), or a folder for each class. Choose the folder that holds them.',
  );

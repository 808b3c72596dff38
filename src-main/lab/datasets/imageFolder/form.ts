import { counted } from '../../../../shared/counted.ts';
import { countText } from '../../../../shared/numberText.ts';
import { byCodePoint } from '../../../files/byteNames.ts';
import { imagesBelow, isImage, list } from './walk.ts';

/** How one half of a set, or a set without halves, says which image is of which class. */
export type Half =
  /** A folder for each class. */
  | { readonly kind: 'classes'; readonly folder: string; readonly names: readonly string[] }
  /** Images in one folder; a list names their classes: this one, else one that is there. */
  | { readonly kind: 'flat'; readonly folder: string; readonly list?: string };

/** Where a set of images lies in a folder that was chosen, and how it is laid out. */
export interface Form {
  /** Path of the set's own folder in the chosen one; "" = itself. */
  readonly base: string;
  readonly train: Half;
  /** Halves to test with, those that are meant for it before others; of a set without a split none. */
  readonly tests: readonly Half[];
}

const trainNames = ['train', 'training', 'train_set', 'trainset', 'train_images', 'trn'];
const testNames = [
  'val',
  'valid',
  'validation',
  'val_set',
  'valset',
  'val_images',
  'dev',
  'test',
  'testing',
  'test_set',
  'testset',
  'test_images',
  'eval',
];
/** A folder between a half and its images that says nothing of classes. */
export const wrapperName = /^(?:images?|imgs?|jpe?gs?|pictures?|photos?|data)$/i;

/** Names among these, in any case, in the order in which they are wished for. */
const wished = (folders: readonly string[], names: readonly string[]): string[] =>
  names.flatMap((name) => folders.filter((folder) => folder.toLowerCase() === name));

/** Names that have such a word in them: "seg_train", "Final_Training", "train2017", "test1". */
const worded = (folders: readonly string[], word: RegExp): string[] => folders.filter((name) => word.test(name));
const aWord = (words: string): RegExp => new RegExp(`(?:^|[^a-z])(?:${words})(?:[^a-z]|$)`, 'i');
const trainWord = aWord('train(?:ing|ed)?(?:set)?');
const valWord = aWord('val(?:id(?:ation)?)?(?:set)?');
const testWord = aWord('test(?:ing)?(?:set)?');
/** A part of a set, whose name is none of a class. */
const partWord = aWord(
  'train(?:ing)?|val(?:id(?:ation)?)?|test(?:ing)?|pred(?:ict(?:ion)?)?|folds?|parts?|splits?|shards?|batch(?:es)?',
);

/** The folders of the halves, by their usual names, else by words in them where only one is for training. */
const halfFolders = (
  folders: readonly string[],
): { readonly train: string | null; readonly tests: readonly string[] } => {
  const [exact] = wished(folders, trainNames);
  const usual = wished(folders, testNames);
  const others = [...worded(folders, valWord), ...worded(folders, testWord)].filter((name) => !trainWord.test(name));
  const tests = [...new Set([...usual, ...others])].filter((name) => name !== exact);
  if (exact !== undefined) return { train: exact, tests };
  const [train, ...more] = worded(folders, trainWord);
  return train === undefined || more.length > 0 || tests.length === 0 ? { train: null, tests: [] } : { train, tests };
};

const below = (path: string, name: string): string => (path === '' ? name : `${path}/${name}`);

const halfOf = async (root: string, folder: string, depth = 0): Promise<Half | null> => {
  const { folders, files } = await list(root, folder);
  const [only] = folders;
  // "seg_train/seg_train/<class>", "train/images/<class>": the only folder in it says nothing of classes.
  if (only !== undefined && folders.length === 1 && depth < 3 && (wrapperName.test(only) || partWord.test(only)))
    return halfOf(root, below(folder, only), depth + 1);
  if (folders.length > 0) return { kind: 'classes', folder, names: folders };
  for (const name of files) if (await isImage(root, below(folder, name))) return { kind: 'flat', folder };
  return null;
};

/** A set with a folder to train with. */
const splitForm = async (root: string, base: string): Promise<Form | null> => {
  const { folders } = await list(root, base);
  const found = halfFolders(folders);
  if (found.train === null) return null;
  const train = await halfOf(root, below(base, found.train));
  if (train === null) return null;
  const tests: Half[] = [];
  for (const name of found.tests) {
    const half = await halfOf(root, below(base, name));
    if (half !== null) tests.push(half);
  }
  // A lone folder "train" of images beside others is a class of vehicles.
  const isHalf = tests.length > 0 || train.kind === 'classes' || folders.length === 1;
  return isHalf ? { base, train, tests } : null;
};

/** A set whose folders are its classes, or a flat one: nothing says what is for testing. */
const wholeForm = async (root: string, base: string): Promise<Form | null> => {
  const { folders, files } = await list(root, base);
  const classes: string[] = [];
  for (const name of folders) if (await hasImage(root, below(base, name))) classes.push(name);
  const [only] = classes;
  if (classes.length > 1 && classes.every((name) => partWord.test(name))) return null; // folds, or parts that nothing tells apart
  if (classes.length > 1)
    return { base, train: { kind: 'classes', folder: base, names: classes.sort(byCodePoint) }, tests: [] };
  if (only !== undefined && wrapperName.test(only)) {
    const inner = await halfOf(root, below(base, only));
    if (inner?.kind === 'flat') return { base, train: inner, tests: [] };
  }
  for (const name of files)
    if (await isImage(root, below(base, name))) return { base, train: { kind: 'flat', folder: base }, tests: [] };
  return null;
};

const hasImage = async (root: string, folder: string, depth = 0): Promise<boolean> => {
  const { folders, files } = await list(root, folder);
  for (const name of files) if (await isImage(root, below(folder, name))) return true;
  for (const name of depth < 3 ? folders : []) if (await hasImage(root, below(folder, name), depth + 1)) return true;
  return false;
};

const mostCandidates = 5000;
/** ImageNet of a competition lies in ILSVRC/Data/CLS-LOC. */
const mostLevels = 3;

/**
 * Finds the sets of images in a folder: itself, or what lies up to three folders deeper. Sets with a folder to train with go before those without,
 * and near ones before deeper ones.
 * @param root - absolute. @returns those at the first place where there are any, several where they lie side by side.
 */
export const formsIn = async (root: string): Promise<Form[]> => {
  let level = [''];
  const levels: string[][] = [];
  for (let depth = 0; depth <= mostLevels && level.length > 0; depth++) {
    levels.push(level);
    const found = await collected(level, (base) => splitForm(root, base));
    if (found.length > 0) return found;
    const deeper = await Promise.all(
      level
        .slice(0, mostCandidates)
        .map(async (base) => (await list(root, base)).folders.map((name) => below(base, name))),
    );
    level = deeper.flat();
  }
  for (const bases of levels) {
    const found = await collected(bases, (base) => wholeForm(root, base));
    if (found.length > 0) return found;
  }
  return [];
};

const collected = async (bases: readonly string[], formOf: (base: string) => Promise<Form | null>): Promise<Form[]> => {
  const forms: Form[] = [];
  for (const base of bases.slice(0, mostCandidates)) {
    const form = await formOf(base);
    if (form !== null) forms.push(form);
  }
  return forms;
};

/** What a folder holds, for a person who expected a set: "the folders a, b and 3 more; 120 images; 2 other files". */
export const seenIn = async (root: string, path: string, signal: AbortSignal): Promise<string> => {
  const { folders, files } = await list(root, path);
  let images = 0;
  for (const name of files) if (await isImage(root, below(path, name))) images++;
  const others = files.length - images;
  const otherNames = files.filter((name) => !/\.(?:jpe?g|png)$/i.test(name));
  const inside = await Promise.all(
    folders.slice(0, 5).map(async (name) => {
      const found = await imagesBelow(root, below(path, name), signal).catch(() => null);
      return found === null ? name : `${name} (${counted(found.images.length, 'image')})`;
    }),
  );
  const parts = [
    ...(folders.length === 0
      ? []
      : [
          `the ${folders.length === 1 ? 'folder' : 'folders'} ${inside.join(', ')}${more(folders.length - inside.length)}`,
        ]),
    ...(images === 0 ? [] : [counted(images, 'image')]),
    ...(others === 0
      ? []
      : [
          `${counted(others, images > 0 ? 'other file' : 'file')} (${otherNames.slice(0, 4).join(', ')}${more(otherNames.length - 4)})`,
        ]),
  ];
  return parts.length === 0 ? 'nothing' : parts.join('; ');
};

const more = (count: number): string => (count > 0 ? ` and ${countText(count)} more` : '');

import { lstat, readdir, realpath } from 'node:fs/promises';
import { basename, join, sep } from 'node:path';
import { LabError } from '../../../../shared/errors.ts';
import { readError } from '../fileBytes.ts';
import { pause } from '../pause.ts';

/** The files of one class in one half; paths have "/" between names. */
export interface ClassFiles {
  readonly half: 'train' | 'test';
  readonly label: number;
  /** Path in the root. */
  readonly folder: string;
  /** Paths in that folder, sorted. */
  readonly images: readonly string[];
}

export interface ImageFolder {
  /** Absolute, links resolved. */
  readonly root: string;
  /** Sorted by code unit, as torchvision sorts them: a class's place is its label. */
  readonly classNames: readonly string[];
  readonly classes: readonly ClassFiles[];
  /** Files that are no images by their names. */
  readonly otherFiles: number;
}

const trainName = 'train';
const testNames = ['val', 'test'];
const imageName = /\.(jpe?g|png|webp|gif|tiff?|avif)$/i;
const maxDepth = 8;
const maxImages = 50_000_000;

/** Whether this is a folder of images: it has folders train and val (or test) that hold folders. */
export const isImageFolder = async (path: string): Promise<boolean> =>
  (await hasFolders(join(path, trainName))) && (await testNameIn(path)) !== null;

/**
 * Lists train/<class>/… and val/<class>/… (or test/<class>/…), folders within a class's folder included.
 * @throws LabError DATASET_UNSUPPORTED if the folder is not laid out so, DATASET_CORRUPT for a class without images in train, a class that
 *   only val has, or a link that leads out of the folder.
 */
export const listImageFolder = async (path: string, signal: AbortSignal): Promise<ImageFolder> => {
  const root = await realpath(path).catch((error: unknown) => {
    throw readError(error, basename(path));
  });
  const testName = await testNameIn(root);
  if (testName === null || !(await hasFolders(join(root, trainName)))) throw notLaidOut(basename(root));
  await refuseLinks(root, [trainName, testName]);
  const classNames = await classFoldersOf(root, trainName);
  if (classNames.length < 2 || classNames.length > 65_536) {
    throw refused(`${trainName} holds ${classNames.length} class folders, expected 2 to 65,536`, 'Check the folder');
  }
  const testClasses = await classFoldersOf(root, testName);
  const labels = new Map(classNames.map((name, label) => [name, label]));
  const unknown = testClasses.find((name) => !labels.has(name));
  if (unknown !== undefined) {
    throw refused(
      `${testName} has a class "${unknown}", which ${trainName} lacks`,
      `Add ${trainName}/${unknown} or remove ${testName}/${unknown}`,
    );
  }
  const found = { files: 0, others: 0 };
  const classes: ClassFiles[] = [];
  for (const [half, halfName, names] of [
    ['train', trainName, classNames],
    ['test', testName, testClasses],
  ] as const) {
    for (const name of names) {
      await pause(signal);
      const folder = `${halfName}/${name}`;
      const images = (await imagesIn(root, folder, '', found)).sort();
      if (images.length === 0 && half === 'train') {
        throw refused(`${folder} holds no images`, 'Add some (jpg, png, webp, gif, tif, avif), or remove the folder');
      }
      if (images.length > 0) classes.push({ half, label: labels.get(name) ?? 0, folder, images });
    }
  }
  if (!classes.some(({ half }) => half === 'test')) throw refused(`${testName} holds no images`, 'Add some');
  return { root, classNames, classes, otherFiles: found.others };
};

const refused = (found: string, advice: string): LabError =>
  new LabError('DATASET_CORRUPT', `${found}. ${advice}, then import it again.`);

const notLaidOut = (name: string): LabError =>
  new LabError(
    'DATASET_UNSUPPORTED',
    `${name} is no folder of images by class; expected train/<class>/… and val/<class>/… (or test/<class>/…) with an image a file. Choose the folder that holds train and val.`,
  );

const hasFolders = async (path: string): Promise<boolean> => {
  try {
    return (await readdir(path, { withFileTypes: true })).some((entry) => entry.isDirectory());
  } catch {
    return false;
  }
};

const testNameIn = async (path: string): Promise<string | null> => {
  for (const name of testNames) if (await hasFolders(join(path, name))) return name;
  return null;
};

const refuseLinks = async (root: string, names: readonly string[]): Promise<void> => {
  for (const name of names) {
    if ((await lstat(join(root, name))).isSymbolicLink()) throw linkedFolder(name);
  }
};

const linkedFolder = (path: string): LabError =>
  refused(`${path} is a link to a folder, expected the folder itself`, 'Put the real folder in its place');

/** Names of the folders in one half, sorted; hidden ones are passed over. */
const classFoldersOf = async (root: string, half: string): Promise<string[]> => {
  const entries = await readdir(join(root, half), { withFileTypes: true });
  const visible = entries.filter(({ name }) => !name.startsWith('.'));
  for (const entry of visible) {
    if (entry.isSymbolicLink()) throw linkedFolder(`${half}/${entry.name}`);
  }
  return visible
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
};

const imagesIn = async (
  root: string,
  folder: string,
  below: string,
  found: { files: number; others: number },
  depth = 0,
): Promise<string[]> => {
  const images: string[] = [];
  const here = join(root, folder, below);
  for (const entry of await readdir(here, { withFileTypes: true })) {
    if (entry.name.startsWith('.')) continue;
    const path = below + entry.name;
    if (entry.isDirectory()) {
      if (depth === maxDepth) throw refused(`${folder}/${path} lies too deep`, 'Put the images in their class folder');
      images.push(...(await imagesIn(root, folder, `${path}/`, found, depth + 1)));
    } else if (!imageName.test(entry.name)) {
      found.others++;
    } else {
      if (entry.isSymbolicLink()) await checkLink(root, `${folder}/${path}`);
      else if (!entry.isFile()) throw refused(`${folder}/${path} is no file`, 'Remove it');
      if (++found.files > maxImages) throw refused('There are more than 50 million images', 'Import a part of them');
      images.push(path);
    }
  }
  return images;
};

const checkLink = async (root: string, path: string): Promise<void> => {
  const target = await realpath(join(root, path)).catch(() => null);
  if (target === null) throw refused(`${path} is a link that leads nowhere`, 'Remove it');
  if (!target.startsWith(root.endsWith(sep) ? root : root + sep)) {
    throw refused(`${path} is a link that leads out of the folder`, 'Put the file itself in its place');
  }
  if (!(await lstat(target)).isFile()) throw linkedFolder(path);
};

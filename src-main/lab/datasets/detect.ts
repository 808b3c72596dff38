import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { DatasetKind } from '../../../shared/dataset.ts';
import { LabError } from '../../../shared/errors.ts';
import { firstNamesIn, readArchive } from './archive.ts';
import type { CifarLayout } from './cifar.ts';
import { cifar10, cifar100, decodeCifar, membersOf } from './cifar.ts';
import { contentsOf } from './containers.ts';
import type { DecodedSet, ImportContext } from './decodedSet.ts';
import { firstBytesOf, nameOf, readError } from './fileBytes.ts';
import { formats } from './formats/index.ts';
import { importIdx } from './idx.ts';
import { foreignAmong } from './foreign.ts';
import { seenIn } from './imageFolder/form.ts';
import { isImageFolder } from './imageFolder/layout.ts';
import { readMembers } from './members.ts';
import { withoutArchiveEnding } from './unpack/index.ts';

/**
 * The folder of images by class among what a user chose; null where it is another kind of set.
 * @throws LabError DATASET_UNSUPPORTED if an image folder was insisted on and several paths were chosen.
 */
export const imageFolderOf = async (kind: DatasetKind, paths: readonly string[]): Promise<string | null> => {
  const [path, ...others] = paths;
  if (kind !== 'imageFolder' && kind !== 'auto') return null;
  if (path !== undefined && others.length === 0 && (kind === 'imageFolder' || (await isImageFolder(path)))) return path;
  if (kind === 'auto') return null;
  throw new LabError(
    'DATASET_UNSUPPORTED',
    `${paths.length} files were chosen, expected one folder that holds train and val with a folder for each class. Choose that folder.`,
  );
};

/**
 * Decodes a data set from the files or the folder a user chose.
 * @param kind - `auto` looks at names and first bytes; any other kind insists.
 * @throws LabError DATASET_NOT_FOUND, DATASET_UNSUPPORTED if nothing known is there, DATASET_CORRUPT if it is damaged.
 */
export const decode = async (
  kind: DatasetKind,
  paths: readonly string[],
  context: ImportContext,
  known: readonly CifarLayout[] = [cifar10, cifar100],
): Promise<DecodedSet> => {
  const layouts = kind === 'auto' ? known : known.filter((layout) => layout.id === kind);
  const files = await filesOf(paths);
  const [first] = files;
  if (first !== undefined && files.length === 1 && (await isTar(first, context.signal))) {
    const names = await firstNamesIn(first, context.signal);
    if (layouts.some((layout) => layout.trainFiles.some((name) => names.includes(name))))
      return decodeArchive(first, layouts, context);
  }
  const layout = layouts.find((candidate) =>
    candidate.trainFiles.some((name) => files.some((file) => basename(file) === name)),
  );
  if (layout !== undefined) {
    const members = await readMembers(files, membersOf(layout), context);
    checkComplete(layout, members, 'the chosen files');
    const source = `Files in the format of ${layout.name}'s binary version, from a folder; only ${layout.archive} itself proves that they are the published ones`;
    return decodeCifar(layout, members, source, false, context);
  }
  return decodeContents(kind, paths, files, context);
};

/** Whatever is known by its bytes and names, in folders and archives of any depth. */
const decodeContents = async (
  kind: DatasetKind,
  paths: readonly string[],
  files: readonly string[],
  context: ImportContext,
): Promise<DecodedSet> => {
  const contents = await contentsOf(paths, context);
  try {
    const sources = contents.archive === null ? files : contents.members;
    if (kind === 'idx') return named(await importIdx(sources, context), contents.archive);
    for (const format of formats) {
      const set = await format.read(contents, context);
      if (
        set !== null &&
        (kind === 'auto' || set.suggestedName.startsWith(kind === 'cifar10' ? cifar10.name : cifar100.name))
      )
        return named(set, contents.archive);
    }
    if (kind === 'auto' && sources.some((source) => /idx[123]|images|labels/i.test(nameOf(source))))
      return named(await importIdx(sources, context), contents.archive);
    const names = contents.members.map(nameOf);
    const [path] = paths;
    const isFolder = path !== undefined && paths.length === 1 && (await stat(path)).isDirectory();
    const found = isFolder ? await seenIn(path, '', context.signal) : seenAmong(names);
    const nearest = (await foreignAmong(contents.members, context.signal)) ?? (await archivesAmong(paths));
    throw nothingKnown(names, kind, found, nearest);
  } finally {
    contents.close();
  }
};

/** Files that lie in no folder of their archive are named after it. */
const named = (set: DecodedSet, archive: { readonly name: string } | null): DecodedSet =>
  archive !== null && ['', '.'].includes(set.suggestedName)
    ? { ...set, suggestedName: withoutArchiveEnding(archive.name) }
    : set;

/** Archives of images among several files, or in a folder: each is a set of its own, or a part of one. */
const archivesAmong = async (paths: readonly string[]): Promise<string | null> => {
  const [path] = paths;
  const isFolder = path !== undefined && (await stat(path)).isDirectory();
  const files = isFolder ? await readdir(path) : paths.map((each) => basename(each));
  const archives = files.filter((file) => /\.(?:zip|tar|tgz|tar\.gz)$/i.test(file)).sort();
  if (archives.length === 0 || (!isFolder && archives.length === 1)) return null;
  const shown = `${archives.slice(0, 4).join(', ')}${archives.length > 4 ? ' …' : ''}`;
  return `Of archives (${shown}), choose one that holds a whole set; parts of one unpack beside each other, such as into train and test, and choose their folder.`;
};

const decodeArchive = async (
  path: string,
  layouts: readonly CifarLayout[],
  context: ImportContext,
): Promise<DecodedSet> => {
  const archive = basename(path);
  const { members, otherFiles, md5 } = await readArchive(
    path,
    new Map(layouts.flatMap((layout) => [...membersOf(layout)])),
    context,
  );
  const layout = layouts.find((candidate) => candidate.trainFiles.some((name) => members.has(name)));
  if (layout === undefined) throw nothingKnown(otherFiles, layouts[0]?.id ?? 'auto', seenAmong(otherFiles));
  checkComplete(layout, members, archive);
  const isPublished = md5 === layout.md5;
  const published = isPublished ? 'as published' : `not the published archive's ${layout.md5}`;
  return decodeCifar(layout, members, `${archive}, MD5 ${md5} (${published})`, isPublished, context);
};

/** The files themselves, and those in chosen folders or, where an archive was unpacked there, in its one folder of binary files. */
const filesOf = async (paths: readonly string[]): Promise<string[]> => {
  const files: string[] = [];
  for (const path of paths) {
    try {
      if ((await stat(path)).isDirectory()) files.push(...(await filesIn(path)));
      else files.push(path);
    } catch (error) {
      throw readError(error, basename(path));
    }
  }
  return files;
};

const filesIn = async (folder: string): Promise<string[]> => {
  const entries = await readdir(folder, { withFileTypes: true });
  const inner = entries.filter(
    (entry) => entry.isDirectory() && ['cifar-10-batches-bin', 'cifar-100-binary'].includes(entry.name),
  );
  const [only] = inner;
  if (inner.length === 1 && only !== undefined) return filesIn(join(folder, only.name));
  return entries.filter((entry) => entry.isFile() || entry.isSymbolicLink()).map((entry) => join(folder, entry.name));
};

const isTar = async (path: string, signal: AbortSignal): Promise<boolean> => {
  if (/\.(tar\.gz|tgz|tar)$/i.test(path)) return true;
  return (await firstBytesOf(path, 512, signal)).toString('latin1', 257, 262) === 'ustar';
};

const checkComplete = (layout: CifarLayout, members: ReadonlyMap<string, Uint8Array>, where: string): void => {
  const missing = [...membersOf(layout).keys()].filter((name) => !members.has(name));
  if (missing.length > 0) {
    throw new LabError(
      'DATASET_CORRUPT',
      `${where}: ${missing.join(', ')} missing, which ${layout.name}'s binary version has. Use the whole ${layout.archive} or its unpacked folder.`,
    );
  }
};

const seenAmong = (names: readonly string[]): string =>
  names.length === 0
    ? 'nothing'
    : `${names.slice(0, 6).join(', ')}${names.length > 6 ? ` and ${names.length - 6} more` : ''}`;

/** @param nearest - what one of the files is, and what would do. */
const nothingKnown = (
  names: readonly string[],
  kind: DatasetKind,
  found: string,
  nearest: string | null = null,
): LabError => {
  const expected =
    kind === 'cifar10' || kind === 'cifar100'
      ? `${kind === 'cifar10' ? cifar10.name : cifar100.name}'s binary, Python or MATLAB version`
      : `four IDX files (MNIST, Fashion-MNIST, EMNIST, QMNIST), the binary version of CIFAR-10 or CIFAR-100, ${formats.map(({ name }) => name).join(', ')}, or a folder or archive of images with train and val folders or a folder for each class`;
  const isImages = names.length > 0 && names.every((name) => /\.(?:jpe?g|png)$/i.test(name));
  const usual = isImages
    ? 'Choose the folder that the images lie in.'
    : 'Choose the archive, its unpacked folder, or its files.';
  const advice = nearest ?? usual;
  return new LabError('DATASET_UNSUPPORTED', `Found ${found}; expected ${expected}. ${advice}`);
};

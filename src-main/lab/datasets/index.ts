import { existsSync } from 'node:fs';
import { realpath, rename } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { DamagedChoice, DatasetInfo, DatasetKind, SplitChoice, ValueRange } from '../../../shared/dataset.ts';
import { datasetFileNames, imagesGone } from '../../../shared/dataset.ts';
import { LabError } from '../../../shared/errors.ts';
import { imageManifestName } from '../../../shared/imageManifest.ts';
import { oneLine } from '../../../shared/oneLine.ts';
import { notInLibrary } from '../../../shared/publishedSets.ts';
import { pathOfText, shownName } from '../../files/byteNames.ts';
import { trashIn } from '../../files/trash.ts';
import { syncTree } from '../../files/syncFolder.ts';
import { writeWhole } from '../../files/writeWhole.ts';
import { findMnist } from './builtIn.ts';
import type { DecodedSet, ImportContext, ImportProgress } from './decodedSet.ts';
import { describe, unpublishedId } from './describe.ts';
import { decode, imageFolderOf } from './detect.ts';
import { datasetIdentity } from './identity.ts';
import { scanImageFolder } from './imageFolder/index.ts';
import type { ScannedFolder } from './imageFolder/index.ts';
import { readHeader } from './imageFolder/manifest.ts';
import { thumbnails } from './imageFolder/thumbnails.ts';
import { sha256Of } from './measure.ts';
import type { PreviewImage } from './preview.ts';
import { preview } from './preview.ts';
import { beginSet, dropBegun, save } from './save.ts';
import { readSet, readStored } from './stored.ts';
import { packedImagesOf, type PackedImages } from './unpack/index.ts';

export type { ImportProgress } from './decodedSet.ts';
export type { PreviewImage } from './preview.ts';

export interface ImportOptions {
  readonly kind: DatasetKind;
  /** Files, or folders that hold them. */
  readonly paths: readonly string[];
  /** Null = the published set's name, else the folder's. */
  readonly name: string | null;
  /** What to do with an image of an image folder that cannot be decoded; default: refuse the folder. */
  readonly onDamaged?: DamagedChoice;
  /** For a set that says nothing of what is for testing; default: refuse it, with the offer. */
  readonly split?: SplitChoice | null;
  /** For numbers of arrays or images that do not say what is black and white; default: refuse them, with the question. */
  readonly range?: ValueRange | null;
  /** Ends the import; it throws the signal's reason and leaves nothing behind. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: ImportProgress) => void;
}

/** In a set's folder: what was unpacked of an archive. */
const unpackedName = 'images';

/** The data sets of a workspace, each in a folder of its own: decoded once, or the list of an image folder's files. */
export interface Library {
  /** In the order of their names. Damaged ones are left out. */
  list(): DatasetInfo[];
  /** @throws LabError DATASET_NOT_FOUND; DATASET_CORRUPT if its files are not what was imported. */
  get(id: string): DatasetInfo;
  /** Answers as `get` does, once the set's files were looked for: one that was damaged may be whole again. @throws also DATASET_CORRUPT, DATASET_NOT_FOUND where they are not there any more. */
  find(id: string): Promise<DatasetInfo>;
  /** Folder of the set's four files or its manifest. Throws as `get` does. */
  folderOf(id: string): string;
  /**
   * Imports a set, whole or not at all. A set whose content is in the library already is answered as it is there.
   * @throws LabError DATASET_NOT_FOUND, DATASET_UNSUPPORTED, DATASET_CORRUPT (naming file and record), WORKSPACE_UNWRITABLE.
   */
  import(options: ImportOptions): Promise<DatasetInfo>;
  /** Imports MNIST if it is not there. */
  ensureBuiltIn(): Promise<DatasetInfo>;
  /** Moves a set into the workspace's trash, which keeps it for a day. @throws LabError DATASET_NOT_FOUND, WORKSPACE_UNWRITABLE */
  remove(id: string): Promise<void>;
  /** Up to `count` training images, classes in turn. Throws as `get` does. */
  preview(id: string, count: number): Promise<PreviewImage[]>;
}

/**
 * Opens a workspace's library (made if it does not exist); what an interrupted import left is removed. One process at a time.
 * @param refusal - of a library that is only looked at, beside whoever changes it: what every change is refused with. Then nothing is made or removed.
 */
export const openLibrary = (folder: string, refusal: LabError | null = null): Library => {
  const { whole, damaged, problem } = readStored(folder, refusal === null ? 'tidy' : 'look');
  let lastImport: Promise<unknown> = Promise.resolve();

  const get = (id: string): DatasetInfo => {
    const info = whole.get(id);
    if (info !== undefined) return info;
    throw damaged.get(id) ?? new LabError('DATASET_NOT_FOUND', notInLibrary(id));
  };
  const requireFolder = (): void => {
    if (refusal !== null) throw refusal;
    if (problem !== null) throw new LabError('WORKSPACE_UNWRITABLE', problem);
  };
  const folderOf = (id: string): string => join(folder, get(id).id);
  const keep = async (set: DecodedSet, name: string | null, signal: AbortSignal): Promise<DatasetInfo> => {
    const sha256 = await sha256Of(set, signal);
    const info = await describe(set, sha256, name, (id) => whole.has(id) || damaged.has(id), signal);
    // The same bytes, read as other sizes or other classes, are another set.
    const same = [...whole.values()].find((other) => datasetIdentity(other) === datasetIdentity(info));
    if (same !== undefined) return same;
    const files = [
      [datasetFileNames.trainImages, set.train.images],
      [datasetFileNames.trainLabels, set.train.labels],
      [datasetFileNames.testImages, set.test.images],
      [datasetFileNames.testLabels, set.test.labels],
    ] as const;
    await save(folder, info, files, signal);
    whole.set(info.id, info);
    return info;
  };
  /** @param begun - the set's own folder, where its images were unpacked into it: it becomes the set, or is removed. */
  const keepFolder = async (
    set: ScannedFolder,
    name: string | null,
    signal: AbortSignal,
    begun: string | null,
  ): Promise<DatasetInfo> => {
    for (const known of whole.values()) {
      if (known.storage !== 'files') continue;
      if (datasetIdentity(known) === datasetIdentity({ ...known, ...set.info })) {
        if (begun === null) await followTo(set, known);
        else await takeOver(begun, set, known);
        return known;
      }
      // What a former version imported is told by where it lies, and by its files' names, sizes and times.
      if (begun === null && known.sha256 === set.formerSha256 && (await rootOf(known)) === set.root) return known;
    }
    const title = oneLine(name ?? set.suggestedName).slice(0, 120);
    const id = unpublishedId(title, (taken) => whole.has(taken) || damaged.has(taken));
    const info: DatasetInfo = { ...set.info, id, name: title, importedAt: new Date().toISOString() };
    await save(folder, info, [[imageManifestName, set.manifest]], signal, begun);
    whole.set(id, info);
    return info;
  };
  const rootOf = async ({ id }: DatasetInfo): Promise<string> => (await readHeader(folderOf(id))).root;
  /** The same images, touched since or moved: the list says from now on where they are. A copy beside them changes nothing. */
  const followTo = async (set: ScannedFolder, known: DatasetInfo): Promise<void> => {
    const former = await rootOf(known);
    if (former !== set.root && existsSync(pathOfText(former))) return;
    await writeWhole(join(folderOf(known.id), imageManifestName), set.manifest);
  };
  /** The same images, unpacked anew: needed only where those of before are gone. */
  const takeOver = async (begun: string, set: ScannedFolder, known: DatasetInfo): Promise<void> => {
    const own = join(folderOf(known.id), unpackedName);
    if (!existsSync(pathOfText(await rootOf(known))) && !existsSync(own)) {
      await rename(join(begun, unpackedName), own);
      await writeWhole(join(folderOf(known.id), imageManifestName), set.manifest);
    }
    dropBegun(begun);
  };
  const importPacked = async (
    packed: PackedImages,
    { name, onDamaged, split }: Required<Pick<ImportOptions, 'name' | 'onDamaged' | 'split'>>,
    context: ImportContext,
  ): Promise<DatasetInfo> => {
    const begun = await realpath(await beginSet(folder));
    try {
      const images = join(begun, unpackedName);
      await packed.unpack(images, context);
      const { suggestedName, source } = packed;
      const where = { folder: begun, name: suggestedName, source };
      const scanned = await scanImageFolder(images, onDamaged, split, context, where);
      await syncTree(images, context.signal);
      return await keepFolder(scanned, name, context.signal, begun);
    } catch (error) {
      dropBegun(begun);
      throw error;
    }
  };
  const remove = async (id: string): Promise<void> => {
    if (refusal !== null) throw refusal;
    if (!damaged.has(id)) get(id);
    const stays = trashIn(dirname(folder)).take('folder', basename(folder), id);
    if (stays !== null) {
      throw new LabError(
        'WORKSPACE_UNWRITABLE',
        `The data set "${id}" cannot be deleted: ${stays}. It stays as it is.`,
      );
    }
    whole.delete(id);
    damaged.delete(id);
  };

  return {
    list: () => [...whole.values()].sort((a, b) => a.name.localeCompare(b.name)),
    get,
    find: async (id) => {
      if (!damaged.has(id)) get(id);
      const info = readSet(join(folder, id), id);
      if (damaged.delete(id)) whole.set(id, info);
      if (info.storage === 'files') {
        const root = await rootOf(info);
        if (!existsSync(pathOfText(root))) throw new LabError('DATASET_NOT_FOUND', imagesGone(info.name, root));
      }
      return info;
    },
    folderOf,
    import: ({
      kind,
      paths,
      name,
      onDamaged = 'refuse',
      split = null,
      range = null,
      signal = newSignal(),
      onProgress = () => undefined,
    }) => {
      const importNow = async (): Promise<DatasetInfo> => {
        requireFolder();
        const context = { signal, onProgress, split, range };
        const packed = await packedImagesOf(kind, paths, context);
        if (packed !== null) return importPacked(packed, { name, onDamaged, split }, context);
        const images = await imageFolderOf(kind, paths);
        if (images !== null) {
          const scanned = await scanImageFolder(images, onDamaged, split, context);
          return keepFolder(scanned, name, signal, null);
        }
        const set = await decode(kind, paths, context);
        onProgress({ message: 'Checking and writing', share: null });
        return keep(set, name, signal);
      };
      const imported = lastImport.then(importNow, importNow).catch((error: unknown) => {
        throw withPaths(error, paths);
      }); // one after another: each holds a whole set in memory
      lastImport = imported;
      return imported;
    },
    ensureBuiltIn: async () => {
      requireFolder();
      if (damaged.has('mnist')) await remove('mnist');
      const present = whole.get('mnist');
      if (present !== undefined) return present;
      const { folder: files, source } = findMnist();
      const signal = newSignal();
      return keep({ ...(await decode('idx', [files], { signal, onProgress: () => undefined })), source }, null, signal);
    },
    remove,
    preview: async (id, count) =>
      get(id).storage === 'files' ? thumbnails(folderOf(id), get(id), count) : preview(folderOf(id), get(id), count),
  };
};

/** Messages name files by what they are called in what was chosen; where that lies is said once, at the end. */
const withPaths = (error: unknown, paths: readonly string[]): unknown => {
  if (!(error instanceof LabError) || !error.code.startsWith('DATASET_')) return error;
  const shown = paths.slice(0, 3).map((path) => shownName(resolve(path)));
  const more = paths.length > 3 ? ` and ${paths.length - 3} more` : '';
  return new LabError(error.code, `${error.message} (Import of ${shown.join(', ')}${more}.)`, { cause: error.cause });
};

const newSignal = (): AbortSignal => new AbortController().signal;

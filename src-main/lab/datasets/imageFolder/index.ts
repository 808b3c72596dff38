import { createHash } from 'node:crypto';
import { basename, dirname, relative, sep } from 'node:path';
import { counted } from '../../../../shared/counted.ts';
import { imageContent, type ImageClass, type ImageManifestHeader } from '../../../../shared/imageManifest.ts';
import type { DamagedChoice, DatasetInfo, SplitChoice } from '../../../../shared/dataset.ts';
import type { ImportContext } from '../decodedSet.ts';
import { wrapperName } from './form.ts';
import { inspectImages, type InspectedImages } from './inspect.ts';
import { listImageFolder, type ImageFolder } from './layout.ts';
import { shownName } from '../../../files/byteNames.ts';

/** What the library is to say and to keep of an image folder. */
export interface ScannedFolder {
  readonly root: string;
  readonly info: Omit<DatasetInfo, 'id' | 'name' | 'importedAt'>;
  readonly suggestedName: string;
  readonly manifest: Uint8Array;
  /** What a former version would have called its SHA-256: equal only for the same files, untouched. Null where that read their numbers otherwise. */
  readonly formerSha256: string | null;
}

/** Of images that the import itself has unpacked. */
export interface Unpacked {
  /** The set's own folder, links resolved; the images lie within. */
  readonly folder: string;
  readonly name: string;
  /** Where they came from, in words. */
  readonly source: string;
}

/** ImageNet's, as every published model of it is normalised: measuring would mean decoding every pixel at some size. */
const imageNet = { mean: [0.485, 0.456, 0.406], sd: [0.229, 0.224, 0.225] };
/** What its images are brought to where a run says nothing else. */
const usualSide = 224;

/**
 * Looks at a folder of images by class. Nothing is copied: the images stay where they are.
 * @throws LabError DATASET_NOT_FOUND, DATASET_UNSUPPORTED, DATASET_CORRUPT (naming the image, class or link).
 */
export const scanImageFolder = async (
  path: string,
  onDamaged: DamagedChoice,
  split: SplitChoice | null,
  context: ImportContext,
  unpacked: Unpacked | null = null,
): Promise<ScannedFolder> => {
  context.onProgress({ message: 'Listing images', share: null });
  const folder = await listImageFolder(path, split, context.signal);
  const { classes, ...found } = await inspectImages(folder, onDamaged, context);
  const values = found.values ?? undefined;
  const content = imageContent(classes, values);
  if (content === null) throw new Error('An image was listed without its digest.');
  const train = classes.filter(({ half }) => half === 'train');
  const test = classes.filter(({ half }) => half === 'test');
  const countOf = (some: typeof classes): number => some.reduce((sum, { images }) => sum + images.length, 0);
  const name = unpacked?.name ?? (shownName(nameOfFolder(folder.root)) || 'Images');
  const root = unpacked === null ? folder.root : relative(unpacked.folder, folder.root).split(sep).join('/');
  return {
    root: folder.root,
    suggestedName: name,
    info: {
      storage: 'files',
      source: sourceOf(
        unpacked === null ? `Image folder ${name}, read where it lies` : unpacked.source,
        found,
        folder,
        untested(folder.classNames, test),
      ),
      height: usualSide,
      width: usualSide,
      channels: 3,
      classNames: [...folder.classNames],
      trainCount: countOf(train),
      testCount: countOf(test),
      ...imageNet,
      sha256: createHash('sha256').update(content).digest('hex'),
      sizeBytes: classes.reduce((sum, { images }) => images.reduce((bytes, [, , , size]) => bytes + size, sum), 0),
      classCounts: countsOf(train, folder.classNames.length),
    },
    manifest: manifestOf(
      { version: 2, root, skipped: found.skipped, ...(values !== undefined && { values }) },
      classes,
    ),
    formerSha256: values === undefined ? createHash('sha256').update(formerLines(classes)).digest('hex') : null,
  };
};

/** A folder's own name, or that of the one it lies in where it says nothing: food-101/images. */
const nameOfFolder = (root: string): string => {
  const name = basename(root);
  return wrapperName.test(name) || name === 'dataset' ? basename(dirname(root)) || name : name;
};

const manifestOf = (header: ImageManifestHeader, classes: readonly ImageClass[]): Buffer =>
  Buffer.from([header, ...classes].map((line) => `${JSON.stringify(line)}\n`).join(''));

/** As version 1 of the manifest listed them. */
const formerLines = (classes: readonly ImageClass[]): string =>
  classes
    .map((one) => ({
      ...one,
      images: one.images.map(([name, width, height, size, time]) => [name, width, height, size, time]),
    }))
    .map((one) => `${JSON.stringify(one)}\n`)
    .join('');

const countsOf = (train: readonly ImageClass[], classCount: number): number[] => {
  const counts = new Array<number>(classCount).fill(0);
  for (const { label, images } of train) counts[label] = images.length;
  return counts;
};

/** Classes that are learned, and never tested. */
const untested = (names: readonly string[], test: readonly ImageClass[]): string[] => {
  const tested = new Set(test.map(({ label }) => label));
  return names.filter((_, label) => !tested.has(label));
};

const sourceOf = (
  where: string,
  { skipped, transparent, several, range }: Omit<InspectedImages, 'classes'>,
  { otherFiles, notes }: ImageFolder,
  lacking: readonly string[],
): string => {
  const shown = `${skipped.slice(0, 3).join(', ')}${skipped.length > 3 ? ' …' : ''}`;
  return [
    where,
    ...(range === null ? [] : [range]),
    ...notes,
    ...(lacking.length === 0
      ? []
      : [
          `no image to test with of ${counted(lacking.length, 'class', 'classes')}: ${lacking.slice(0, 10).map(shownName).join(', ')}${lacking.length > 10 ? ' …' : ''}`,
        ]),
    ...(skipped.length === 0 ? [] : [`${skipped.length} damaged ${noun(skipped.length, 'image')} skipped (${shown})`]),
    ...(transparent === 0
      ? []
      : [`${transparent} ${noun(transparent, 'image')} with transparency, of which the colours under it count`]),
    ...(several === 0
      ? []
      : [`${several} ${noun(several, 'image')} of several frames or pages, of which the first counts`]),
    ...(otherFiles === 0 ? [] : [`${otherFiles} other ${noun(otherFiles, 'file')} passed over`]),
  ].join('; ');
};

const noun = (count: number, word: string): string => (count === 1 ? word : `${word}s`);

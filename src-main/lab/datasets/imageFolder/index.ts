import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { imageManifestName, type ImageClass, type ImageManifestHeader } from '../../../../shared/imageManifest.ts';
import type { DamagedChoice, DatasetInfo } from '../../../../shared/dataset.ts';
import type { ImportContext } from '../decodedSet.ts';
import { inspectImages } from './inspect.ts';
import { listImageFolder } from './layout.ts';

/** What the library is to say and to keep of an image folder. */
export interface ScannedFolder {
  readonly root: string;
  readonly info: Omit<DatasetInfo, 'id' | 'name' | 'importedAt'>;
  readonly suggestedName: string;
  readonly files: readonly (readonly [name: string, bytes: Uint8Array])[];
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
  context: ImportContext,
): Promise<ScannedFolder> => {
  context.onProgress({ message: 'Listing images', share: null });
  const folder = await listImageFolder(path, context.signal);
  const { classes, skipped, transparent } = await inspectImages(folder, onDamaged, context);
  const lines = Buffer.from(classes.map((one) => `${JSON.stringify(one)}\n`).join(''));
  const header: ImageManifestHeader = { version: 1, root: folder.root, skipped };
  const train = classes.filter(({ half }) => half === 'train');
  const test = classes.filter(({ half }) => half === 'test');
  const countOf = (some: typeof classes): number => some.reduce((sum, { images }) => sum + images.length, 0);
  const name = basename(folder.root) || 'Images';
  return {
    root: folder.root,
    suggestedName: name,
    info: {
      storage: 'files',
      source: sourceOf(name, skipped, transparent, folder.otherFiles),
      height: usualSide,
      width: usualSide,
      channels: 3,
      classNames: [...folder.classNames],
      trainCount: countOf(train),
      testCount: countOf(test),
      ...imageNet,
      sha256: createHash('sha256').update(lines).digest('hex'),
      sizeBytes: classes.reduce((sum, { images }) => images.reduce((bytes, [, , , size]) => bytes + size, sum), 0),
      classCounts: countsOf(train, folder.classNames.length),
    },
    files: [[imageManifestName, Buffer.concat([Buffer.from(`${JSON.stringify(header)}\n`), lines])]],
  };
};

const countsOf = (train: readonly ImageClass[], classCount: number): number[] => {
  const counts = new Array<number>(classCount).fill(0);
  for (const { label, images } of train) counts[label] = images.length;
  return counts;
};

const sourceOf = (name: string, skipped: readonly string[], transparent: number, otherFiles: number): string => {
  const shown = `${skipped.slice(0, 3).join(', ')}${skipped.length > 3 ? ' …' : ''}`;
  return [
    `Image folder ${name}, read where it lies`,
    ...(skipped.length === 0 ? [] : [`${skipped.length} damaged ${noun(skipped.length, 'image')} skipped (${shown})`]),
    ...(transparent === 0
      ? []
      : [`${transparent} ${noun(transparent, 'image')} with transparency, of which the colours under it count`]),
    ...(otherFiles === 0 ? [] : [`${otherFiles} other ${noun(otherFiles, 'file')} passed over`]),
  ].join('; ');
};

const noun = (count: number, word: string): string => (count === 1 ? word : `${word}s`);

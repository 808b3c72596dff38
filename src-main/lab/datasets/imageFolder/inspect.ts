import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { DamagedChoice } from '../../../../shared/dataset.ts';
import { hasExtraChannels } from '../../../images/colours.ts';
import { imageOpener, type OpenImage } from '../../../images/openImage.ts';
import { LabError } from '../../../../shared/errors.ts';
import { maxImageBytes, type ImageClass } from '../../../../shared/imageManifest.ts';
import type { ImportContext } from '../decodedSet.ts';
import { inMegabytes, readError } from '../fileBytes.ts';
import type { ImageFolder } from './layout.ts';

type ImageEntry = ImageClass['images'][number];

export interface InspectedImages {
  readonly classes: ImageClass[];
  /** Damaged images that were left out. */
  readonly skipped: string[];
  /** How many have transparency or other channels beside their colours. */
  readonly transparent: number;
}

/** As many as libuv's threads: each decodes one image at a time. */
const atOnce = 4;

/**
 * Decodes every image once, as small as its format allows, so that a damaged one is found now and not in the middle of a training.
 * @throws LabError DATASET_CORRUPT naming the first damaged image found, or the class of which none is left.
 */
export const inspectImages = async (
  folder: ImageFolder,
  onDamaged: DamagedChoice,
  context: ImportContext,
): Promise<InspectedImages> => {
  const openImage = imageOpener();
  const classes = folder.classes.map(({ half, label, folder: path, images }) => ({
    ...{ half, label, folder: path },
    images: images.map((name): ImageEntry | string => name),
  }));
  const total = classes.reduce((sum, { images }) => sum + images.length, 0);
  const places = function* () {
    for (const { folder: path, images } of classes) for (const index of images.keys()) yield { path, images, index };
  };
  const queue = places();
  const skipped: string[] = [];
  let done = 0;
  let transparent = 0;
  let hasFailed = false;
  const work = async (): Promise<void> => {
    for (const { path, images, index } of queue) {
      if (hasFailed) return;
      context.signal.throwIfAborted();
      const name = images[index];
      if (typeof name !== 'string') throw new Error('An image was looked at twice.');
      const result = await inspect(folder.root, path, name, openImage);
      if (typeof result !== 'string') {
        images[index] = result.entry;
        if (result.isTransparent) transparent++;
      } else if (onDamaged === 'skip') skipped.push(`${path}/${name}`);
      else throw damaged(`${path}/${name}`, result);
      context.onProgress({ message: 'Checking images', share: ++done / total });
    }
  };
  const worker = (): Promise<void> =>
    work().catch((error: unknown) => {
      hasFailed = true;
      throw error;
    });
  const workers = Array.from({ length: atOnce }, worker);
  await Promise.allSettled(workers); // none is left behind
  await Promise.all(workers);

  const whole = classes.map((one): ImageClass => ({
    ...one,
    images: one.images.filter((image) => typeof image !== 'string'),
  }));
  const empty = whole.find(({ half, images }) => half === 'train' && images.length === 0);
  if (empty !== undefined) {
    throw new LabError(
      'DATASET_CORRUPT',
      `Every image of ${empty.folder} is damaged, so nothing of that class can be learned. Repair some, or remove the folder, then import it again.`,
    );
  }
  const kept = whole.filter(({ images }) => images.length > 0);
  if (!kept.some(({ half }) => half === 'test')) {
    throw new LabError('DATASET_CORRUPT', 'Every image to test with is damaged. Repair some, then import it again.');
  }
  return { classes: kept, skipped: skipped.sort(), transparent };
};

interface Inspected {
  readonly entry: ImageEntry;
  readonly isTransparent: boolean;
}

/** What the manifest says of an image, or what is wrong with it. */
const inspect = async (
  root: string,
  folder: string,
  name: string,
  openImage: OpenImage,
): Promise<Inspected | string> => {
  try {
    const file = await open(join(root, folder, name), 'r');
    try {
      const { size, mtimeMs } = await file.stat();
      if (size > maxImageBytes) return `${inMegabytes(size)}, more than the ${inMegabytes(maxImageBytes)} of any image`;
      const bytes = await file.readFile();
      const { width, height, isTransparent } = await decode(bytes, openImage);
      return { entry: [name, width, height, size, Math.round(mtimeMs)], isTransparent };
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof Error && 'syscall' in error) throw readError(error, `${folder}/${name}`);
    return error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
  }
};

const decode = async (
  bytes: Buffer,
  openImage: OpenImage,
): Promise<{ width: number; height: number; isTransparent: boolean }> => {
  const metadata = await openImage(bytes).metadata();
  const { width, height } = metadata;
  // JPEG and WebP shrink while they are read: all their bytes are looked at, at a fraction of the time.
  await openImage(bytes).resize(16, 16, { fit: 'fill' }).raw().toBuffer();
  return { width, height, isTransparent: hasExtraChannels(metadata) };
};

const damaged = (path: string, found: string): LabError =>
  new LabError(
    'DATASET_CORRUPT',
    `${path} cannot be decoded (${found}). Repair or remove it and import the folder again, or choose to skip damaged images.`,
  );

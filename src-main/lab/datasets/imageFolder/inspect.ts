import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { DamagedChoice } from '../../../../shared/dataset.ts';
import { hasExtraChannels, type Metadata } from '../../../images/colours.ts';
import { pathOfText, shownName } from '../../../files/byteNames.ts';
import { imageOpener, type OpenImage } from '../../../images/openImage.ts';
import { LabError } from '../../../../shared/errors.ts';
import { maxImageBytes, type ImageClass, type ImageEntry } from '../../../../shared/imageManifest.ts';
import type { ImportContext } from '../decodedSet.ts';
import { inMegabytes, readError } from '../fileBytes.ts';
import type { ImageFolder } from './layout.ts';

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
  const deep: number[] = [];
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
        if (result.brightest !== null) deep.push(result.brightest);
      } else if (onDamaged === 'skip') skipped.push(shownName(`${path}/${name}`));
      else throw damaged(shownName(`${path}/${name}`), result);
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

  refuseNarrowRange(deep);
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
  /** Largest value of an image of 16 bits; null of any other. */
  readonly brightest: number | null;
}

/** What the manifest says of an image, or what is wrong with it. */
const inspect = async (
  root: string,
  folder: string,
  name: string,
  openImage: OpenImage,
): Promise<Inspected | string> => {
  try {
    const file = await open(pathOfText(join(root, folder, name)), 'r');
    try {
      const { size, mtimeMs } = await file.stat();
      if (size > maxImageBytes) return `${inMegabytes(size)}, more than the ${inMegabytes(maxImageBytes)} of any image`;
      const bytes = await file.readFile();
      const { width, height, isTransparent, brightest } = await decode(bytes, openImage);
      const digest = createHash('sha256').update(bytes).digest().toString('base64url', 0, 16);
      return { entry: [name, width, height, size, Math.round(mtimeMs), digest], isTransparent, brightest };
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof Error && 'syscall' in error) throw readError(error, shownName(`${folder}/${name}`));
    return error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
  }
};

const decode = async (
  bytes: Buffer,
  openImage: OpenImage,
): Promise<{ width: number; height: number; isTransparent: boolean; brightest: number | null }> => {
  const metadata = await openImage(bytes).metadata();
  const { width, height } = metadata;
  const brightest = await brightestOf(bytes, metadata, openImage);
  // JPEG and WebP shrink while they are read: all their bytes are looked at, at a fraction of the time.
  await openImage(bytes).resize(16, 16, { fit: 'fill' }).raw().toBuffer();
  return { width, height, isTransparent: hasExtraChannels(metadata), brightest };
};

/**
 * How bright a 16-bit image gets; null of one of 8 bits or less, which its loader has brought to 8.
 * @throws Error for numbers whose range nobody can tell, such as floating-point ones: read as bytes, 0 to 1 would be all black.
 */
const brightestOf = async (bytes: Buffer, { depth, space }: Metadata, openImage: OpenImage): Promise<number | null> => {
  if (depth === 'uchar') return null;
  if (depth !== 'ushort' || (space !== 'grey16' && space !== 'rgb16')) {
    throw new Error(`it holds numbers of the kind “${depth}”, whose range is not known; write it with 8 or 16 bits`);
  }
  const { channels } = await openImage(bytes).stats();
  return Math.max(...channels.slice(0, space === 'grey16' ? 1 : 3).map(({ max }) => max));
};

/** @throws LabError DATASET_UNSUPPORTED where 16-bit images never use the upper half: numbers of 10, 12 or 14 bits, which would be near black. */
const refuseNarrowRange = (brightest: readonly number[]): void => {
  const most = brightest.reduce((largest, value) => Math.max(largest, value), 0);
  if (brightest.length === 0 || most > 32_767) return;
  const bits = Math.max(1, Math.ceil(Math.log2(most + 1)));
  throw new LabError(
    'DATASET_UNSUPPORTED',
    `No value in the ${brightest.length} 16-bit images is above ${most.toLocaleString('en-US')} of 65,535: they seem to hold ${bits}-bit numbers and would ` +
      `be trained on as near black. Write them scaled to all of 16 or 8 bits (times ${(65_535 / Math.max(1, 2 ** bits - 1)).toPrecision(4)}), then import the folder again.`,
  );
};

const damaged = (path: string, found: string): LabError =>
  new LabError(
    'DATASET_CORRUPT',
    `${path} cannot be decoded (${found}). Repair or remove it and import the folder again, or choose to skip damaged images.`,
  );

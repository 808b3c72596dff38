import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { DamagedChoice } from '../../../../shared/dataset.ts';
import { hasExtraChannels, type Metadata } from '../../../images/colours.ts';
import { pathOfText } from '../../../files/byteNames.ts';
import { scaleOf } from './scale.ts';
import { standInFor } from '../../../files/standIns.ts';
import { withoutEnding } from '../../../files/unpackedName.ts';
import { foreignHeadBytes, foreignImage } from '../../../images/foreignKinds.ts';
import { imageOpener, type OpenImage } from '../../../images/openImage.ts';
import { LabError } from '../../../../shared/errors.ts';
import { maxImageBytes, type ImageClass, type ImageEntry, type ImageValues } from '../../../../shared/imageManifest.ts';
import type { ImportContext } from '../decodedSet.ts';
import { inMegabytes, readError } from '../fileBytes.ts';
import type { ImageFolder } from './layout.ts';
import { shownPath } from './walk.ts';

export interface InspectedImages {
  readonly classes: ImageClass[];
  /** Damaged images that were left out. */
  readonly skipped: string[];
  /** How many have transparency or other channels beside their colours. */
  readonly transparent: number;
  /** How many have several frames or pages, of which the first is the image. */
  readonly several: number;
  /** Which of their numbers are black and white; null: the least and the largest that they can hold. */
  readonly values: ImageValues | null;
  /** What is to be said of the range of their numbers. */
  readonly range: string | null;
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
  const { range = null } = context;
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
  let several = 0;
  const deep: number[] = [];
  const plain: number[] = [];
  let hasFailed = false;
  const work = async (): Promise<void> => {
    for (const { path, images, index } of queue) {
      if (hasFailed) return;
      context.signal.throwIfAborted();
      const name = images[index];
      if (typeof name !== 'string') throw new Error('An image was looked at twice.');
      const result = await inspect(folder.root, path, name, openImage, range !== null);
      if (typeof result !== 'string') {
        images[index] = result.entry;
        if (result.isTransparent) transparent++;
        if (result.hasSeveral) several++;
        (result.isDeep ? deep : plain).push(result.brightest);
      } else if (onDamaged === 'skip') skipped.push(shownPath(`${path}/${name}`));
      else throw damaged(shownPath(`${path}/${name}`), result);
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

  const scale = scaleOf(deep.length > 0 ? { bits: 16, brightest: deep } : { bits: 8, brightest: plain }, range);
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
  return { classes: kept, skipped: skipped.sort(), transparent, several, ...scale };
};

interface Inspected {
  readonly entry: ImageEntry;
  readonly isTransparent: boolean;
  readonly hasSeveral: boolean;
  /** Of 16 bits. */
  readonly isDeep: boolean;
  /** Its largest value, or so much where it is bright enough. */
  readonly brightest: number;
}

/** What the manifest says of an image, or what is wrong with it. */
const inspect = async (
  root: string,
  folder: string,
  name: string,
  openImage: OpenImage,
  isExact: boolean,
): Promise<Inspected | string> => {
  try {
    const file = await open(pathOfText(join(root, folder, name)), 'r');
    try {
      const { size, mtimeMs } = await file.stat();
      if (size > maxImageBytes) return `${inMegabytes(size)}, more than the ${inMegabytes(maxImageBytes)} of any image`;
      const bytes = await file.readFile();
      const head = bytes.subarray(0, foreignHeadBytes);
      const other = standInFor(head) ?? foreignImage(withoutEnding(name), head);
      if (other !== null) return other;
      const { width, height, ...about } = await decode(bytes, openImage, isExact);
      const digest = createHash('sha256').update(bytes).digest().toString('base64url', 0, 16);
      return { entry: [name, width, height, size, Math.round(mtimeMs), digest], ...about };
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof Error && 'syscall' in error) throw readError(error, shownPath(`${folder}/${name}`));
    return error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
  }
};

const decode = async (
  bytes: Buffer,
  openImage: OpenImage,
  isExact: boolean,
): Promise<Omit<Inspected, 'entry'> & { width: number; height: number }> => {
  const metadata = await openImage(bytes).metadata();
  const { width, height } = metadata;
  const isDeep = isOf16Bits(metadata);
  // JPEG and WebP shrink while they are read: all their bytes are looked at, at a fraction of the time.
  const small = await openImage(bytes).resize(16, 16, { fit: 'fill' }).raw().toBuffer();
  const bright = small.reduce((most, value) => Math.max(most, value), 0);
  const brightest = isDeep || isExact || bright < brightEnough ? await brightestOf(bytes, metadata, openImage) : bright;
  const hasSeveral = (metadata.pages ?? 1) > 1;
  return { width, height, isTransparent: hasExtraChannels(metadata), hasSeveral, isDeep, brightest };
};

/** No image of 8 bits whose mean somewhere is above this is near black. */
const brightEnough = 32;

/** @throws Error for numbers whose range nobody can tell, such as floating-point ones: read as bytes, 0 to 1 would be all black. */
const isOf16Bits = ({ depth, space }: Metadata): boolean => {
  if (depth === 'uchar') return false;
  if (depth === 'ushort' && (space === 'grey16' || space === 'rgb16')) return true;
  throw new Error(`it holds numbers of the kind “${depth}”, whose range is not known; write it with 8 or 16 bits`);
};

/** The largest value of its colours, without transparency. */
const brightestOf = async (bytes: Buffer, { space }: Metadata, openImage: OpenImage): Promise<number> => {
  const { channels } = await openImage(bytes).stats();
  return Math.max(...channels.slice(0, /^(?:grey16|b-w)$/.test(space) ? 1 : 3).map(({ max }) => max));
};

const damaged = (path: string, found: string): LabError =>
  new LabError(
    'DATASET_CORRUPT',
    `${path} cannot be decoded (${found}). Repair or remove it and import the folder again, or choose to skip damaged images.`,
  );

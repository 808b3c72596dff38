import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DatasetInfo } from '../../../../shared/dataset.ts';
import { LabError } from '../../../../shared/errors.ts';
import type { ImageManifestHeader } from '../../../../shared/imageManifest.ts';
import { pathOfText, shownName } from '../../../files/byteNames.ts';
import { openColours } from '../../../images/colours.ts';
import { imageOpener, type OpenImage } from '../../../images/openImage.ts';
import type { PreviewImage } from '../preview.ts';
import { readManifest } from './manifest.ts';

/** Sharp on a screen of two device pixels a point. */
const side = 128;

/**
 * The first training images of every class, classes in turn, up to `count`, their centres cropped to squares.
 * @throws LabError DATASET_CORRUPT naming an image that is gone or cannot be read any more.
 */
export const thumbnails = async (folder: string, info: DatasetInfo, count: number): Promise<PreviewImage[]> => {
  const openImage = imageOpener();
  const { header, classes } = await readManifest(folder);
  const perClass: { readonly label: string; readonly paths: string[] }[] = [];
  for await (const { half, label, folder: path, images } of classes) {
    if (half === 'test') continue;
    if (perClass.length === count) break;
    const paths = images.slice(0, count).map(([name]) => `${path}/${name}`);
    perClass.push({ label: info.classNames[label] ?? '', paths });
  }
  const chosen: { readonly label: string; readonly path: string }[] = [];
  for (let round = 0; round < count; round++) {
    chosen.push(
      ...perClass.flatMap(({ label, paths }) => paths.slice(round, round + 1).map((path) => ({ label, path }))),
    );
  }
  return Promise.all(
    chosen.slice(0, count).map(async ({ label, path }) => {
      const png = await thumbnail(header, path, openImage);
      return { label, image: `data:image/png;base64,${png.toString('base64')}` };
    }),
  );
};

const thumbnail = async (
  { root, values }: ImageManifestHeader,
  path: string,
  openImage: OpenImage,
): Promise<Buffer> => {
  try {
    const image = await openColours(await readFile(pathOfText(join(root, path))), openImage, values);
    return await image.resize(side, side, { fit: 'cover' }).png().toBuffer();
  } catch (error) {
    throw new LabError(
      'DATASET_CORRUPT',
      `${shownName(join(root, path))} is not to be read any more. Connect the disk that holds the images, or import the folder again.`,
      { cause: error },
    );
  }
};

import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import type { DatasetInfo } from '../../../../shared/dataset.ts';
import { imagesGone } from '../../../../shared/dataset.ts';
import { LabError } from '../../../../shared/errors.ts';
import {
  imageClassSchema,
  imageContent,
  imageManifestHeaderSchema,
  imageManifestName,
  type ImageClass,
  type ImageValues,
} from '../../../../shared/imageManifest.ts';
import { pathOfText } from '../../../files/byteNames.ts';
import { readWhole } from '../datasetFiles.ts';

/** One image as the manifest lists it. */
export interface ImageFile {
  /** From the root, with "/" between names. */
  readonly path: string;
  readonly width: number;
  readonly height: number;
  readonly sizeBytes: number;
  readonly mtimeMs: number;
  /** The first 16 bytes of its SHA-256 in base64url; null in lists of a former version. */
  readonly digest: string | null;
  /** Which of its numbers are black and white, where the set says so. */
  readonly values: ImageValues | undefined;
}

/** Image files and their labels uint16 [N]. */
export interface ImageExamples {
  readonly count: number;
  readonly files: readonly ImageFile[];
  readonly labels: Uint16Array;
}

export interface ImageDataset {
  readonly root: string;
  readonly train: ImageExamples;
  readonly test: ImageExamples;
}

/**
 * Reads the manifest of an image folder.
 * @throws LabError DATASET_CORRUPT if it is not the one that was imported, DATASET_NOT_FOUND if the folder of images is not there.
 */
export const readImageDataset = (info: DatasetInfo, folder: string): ImageDataset => {
  const bytes = readWhole(folder, imageManifestName);
  const headerEnd = bytes.indexOf('\n') + 1;
  const body = bytes.subarray(headerEnd);
  const header = imageManifestHeaderSchema.parse(JSON.parse(bytes.toString('utf8', 0, headerEnd)));
  const { version, values } = header;
  const root = isAbsolute(header.root) ? header.root : join(folder, header.root);
  const classes: ImageClass[] = [];
  for (let start = 0; start < body.length;) {
    const end = body.indexOf('\n', start);
    classes.push(imageClassSchema.parse(JSON.parse(body.toString('utf8', start, end))));
    start = end + 1;
  }
  const content = version === 1 ? body : (imageContent(classes, values) ?? '');
  if (createHash('sha256').update(content).digest('hex') !== info.sha256) {
    throw new LabError(
      'DATASET_CORRUPT',
      `The list of ${info.name}'s images is not the one that was imported. Delete the data set and import the folder again.`,
    );
  }
  if (!existsSync(pathOfText(root))) {
    throw new LabError('DATASET_NOT_FOUND', imagesGone(info.name, root));
  }
  const halves = {
    train: { files: [] as ImageFile[], labels: [] as number[] },
    test: { files: [] as ImageFile[], labels: [] as number[] },
  };
  for (const { half, label, folder: below, images } of classes) {
    for (const [name, width, height, sizeBytes, mtimeMs, digest = null] of images) {
      halves[half].files.push({ path: `${below}/${name}`, width, height, sizeBytes, mtimeMs, digest, values });
      halves[half].labels.push(label);
    }
  }
  const examples = ({ files, labels }: (typeof halves)['train']): ImageExamples => ({
    ...{ count: files.length, files, labels: Uint16Array.from(labels) },
  });
  return { root, train: examples(halves.train), test: examples(halves.test) };
};

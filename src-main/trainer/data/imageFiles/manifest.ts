import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import type { DatasetInfo } from '../../../../shared/dataset.ts';
import { LabError } from '../../../../shared/errors.ts';
import { imageClassSchema, imageManifestHeaderSchema, imageManifestName } from '../../../../shared/imageManifest.ts';
import { readWhole } from '../datasetFiles.ts';

/** One image as the manifest lists it. */
export interface ImageFile {
  /** From the root, with "/" between names. */
  readonly path: string;
  readonly width: number;
  readonly height: number;
  readonly sizeBytes: number;
  readonly mtimeMs: number;
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
  if (createHash('sha256').update(body).digest('hex') !== info.sha256) {
    throw new LabError(
      'DATASET_CORRUPT',
      `The list of ${info.name}'s images is not the one that was imported. Delete the data set and import the folder again.`,
    );
  }
  const { root } = imageManifestHeaderSchema.parse(JSON.parse(bytes.toString('utf8', 0, headerEnd)));
  if (!existsSync(root)) {
    throw new LabError(
      'DATASET_NOT_FOUND',
      `The folder ${root} with the images of ${info.name} is not there. Connect its disk, or import the folder where it lies now.`,
    );
  }
  const halves = {
    train: { files: [] as ImageFile[], labels: [] as number[] },
    test: { files: [] as ImageFile[], labels: [] as number[] },
  };
  for (let start = 0; start < body.length;) {
    const end = body.indexOf('\n', start);
    const {
      half,
      label,
      folder: below,
      images,
    } = imageClassSchema.parse(JSON.parse(body.toString('utf8', start, end)));
    for (const [name, width, height, sizeBytes, mtimeMs] of images) {
      halves[half].files.push({ path: `${below}/${name}`, width, height, sizeBytes, mtimeMs });
      halves[half].labels.push(label);
    }
    start = end + 1;
  }
  const examples = ({ files, labels }: (typeof halves)['train']): ImageExamples => ({
    ...{ count: files.length, files, labels: Uint16Array.from(labels) },
  });
  return { root, train: examples(halves.train), test: examples(halves.test) };
};

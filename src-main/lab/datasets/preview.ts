import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DatasetInfo } from '../../../shared/dataset.ts';
import { datasetFileNames, datasetFileProblem } from '../../../shared/dataset.ts';
import { LabError } from '../../../shared/errors.ts';
import { encodePng } from './png.ts';

export interface PreviewImage {
  readonly label: string;
  /** A PNG as data URL. */
  readonly image: string;
}

/** A file of the set. @throws LabError DATASET_CORRUPT where the file system refuses it. */
const ofSet = async <T>(folder: string, name: string, get: (path: string) => Promise<T>): Promise<T> => {
  const path = join(folder, name);
  try {
    return await get(path);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new LabError('DATASET_CORRUPT', datasetFileProblem(path, code), { cause: error });
  }
};

/** The first training images of every class, classes in turn, up to `count`. @throws LabError DATASET_CORRUPT */
export const preview = async (folder: string, info: DatasetInfo, count: number): Promise<PreviewImage[]> => {
  const labels = await ofSet(folder, datasetFileNames.trainLabels, (path) => readFile(path));
  const imageBytes = info.height * info.width * info.channels;
  const file = await ofSet(folder, datasetFileNames.trainImages, (path) => open(path, 'r'));
  try {
    const images: PreviewImage[] = [];
    for (const example of inTurn(labels, info.classNames.length, count)) {
      const pixels = Buffer.alloc(imageBytes);
      await file.read(pixels, 0, imageBytes, example * imageBytes);
      const png = encodePng(pixels, info.height, info.width, info.channels);
      const label = info.classNames[labels[example] ?? 0] ?? '';
      images.push({ label, image: `data:image/png;base64,${png.toString('base64')}` });
    }
    return images;
  } finally {
    await file.close();
  }
};

/** Example numbers: the first of every class, then the second of every class, and so on. */
const inTurn = (labels: Uint8Array, classCount: number, count: number): number[] => {
  const perClass = Array.from({ length: classCount }, (): number[] => []);
  labels.forEach((label, example) => {
    const examples = perClass[label];
    if (examples !== undefined && examples.length < count) examples.push(example);
  });
  const chosen: number[] = [];
  for (let round = 0; round < count; round++) {
    chosen.push(...perClass.flatMap((examples) => examples.slice(round, round + 1)));
  }
  return chosen.slice(0, count);
};

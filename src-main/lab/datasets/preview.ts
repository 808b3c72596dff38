import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DatasetInfo } from '../../../shared/dataset.ts';
import { datasetFileNames } from '../../../shared/dataset.ts';
import { encodePng } from './png.ts';

export interface PreviewImage {
  readonly label: string;
  /** A PNG as data URL. */
  readonly image: string;
}

/** The first training images of every class, classes in turn, up to `count`. */
export const preview = async (folder: string, info: DatasetInfo, count: number): Promise<PreviewImage[]> => {
  const labels = await readFile(join(folder, datasetFileNames.trainLabels));
  const imageBytes = info.height * info.width * info.channels;
  const file = await open(join(folder, datasetFileNames.trainImages), 'r');
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

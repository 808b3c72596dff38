import type { RandomStream } from '../rng.ts';
import { balancedIndices } from '../subsets.ts';
import type { ImageExamples, ImageFile } from './manifest.ts';

/** A balanced subset of image files; all of them where there are no more. */
export const balancedFiles = (
  all: ImageExamples,
  classes: number,
  size: number | null,
  random: RandomStream,
): ImageExamples => {
  if (size === null || size >= all.count) return all;
  const chosen = balancedIndices(all.labels, classes, size, random);
  const files = chosen.flatMap((index): ImageFile[] => all.files.slice(index, index + 1));
  return { count: size, files, labels: Uint16Array.from(chosen, (index) => all.labels[index] ?? 0) };
};

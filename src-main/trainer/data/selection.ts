import type { Examples } from './datasetFiles.ts';
import type { RandomStream } from './rng.ts';

/** A random subset of `size` examples with equally many of each class, as far as the classes go. */
export const balancedSubset = (all: Examples, classes: number, size: number, random: RandomStream): Examples => {
  if (size >= all.count) return all;
  const byClass = Array.from({ length: classes }, (): number[] => []);
  for (const index of random.permutation(all.count)) byClass[all.labels[index] ?? 0]?.push(index);
  const chosen: number[] = [];
  for (let round = 0; chosen.length < size; round++) {
    for (const members of byClass) {
      const index = members[round];
      if (index !== undefined && chosen.length < size) chosen.push(index);
    }
  }
  const pixels = all.images.length / all.count;
  const images = new Uint8Array(size * pixels);
  chosen.forEach((index, position) => {
    images.set(all.images.subarray(index * pixels, (index + 1) * pixels), position * pixels);
  });
  return { count: size, images, labels: Uint8Array.from(chosen, (index) => all.labels[index] ?? 0) };
};

/** Symmetric label noise: ⌊share·N⌋ random examples get another class, each of the others with equal chance. */
export const noisyLabels = (labels: Uint8Array, classes: number, share: number, random: RandomStream): Uint8Array => {
  const noisy = labels.slice();
  for (const index of random.subset(labels.length, Math.floor(share * labels.length))) {
    noisy[index] = ((labels[index] ?? 0) + 1 + random.integer(classes - 1)) % classes;
  }
  return noisy;
};

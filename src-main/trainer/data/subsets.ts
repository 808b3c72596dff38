import { wholeShare } from '../../../shared/decimals.ts';
import type { Examples } from './datasetFiles.ts';
import type { RandomStream } from './rng.ts';

/** Labels of classes 0 … K − 1. */
export type Labels = Uint8Array | Uint16Array;

/** Indices of a random subset of `size` examples with equally many of each class, as far as the classes go. */
export const balancedIndices = (labels: Labels, classes: number, size: number, random: RandomStream): number[] => {
  const byClass = Array.from({ length: classes }, (): number[] => []);
  for (const index of random.permutation(labels.length)) byClass[labels[index] ?? 0]?.push(index);
  const chosen: number[] = [];
  for (let round = 0; chosen.length < size; round++) {
    for (const members of byClass) {
      const index = members[round];
      if (index !== undefined && chosen.length < size) chosen.push(index);
    }
  }
  return chosen;
};

/** A balanced subset of examples in memory; all of them where `size` is null or they are no more. */
export const balancedSubset = (all: Examples, classes: number, size: number | null, random: RandomStream): Examples => {
  if (size === null || size >= all.count) return all;
  const chosen = balancedIndices(all.labels, classes, size, random);
  const pixels = all.images.length / all.count;
  const images = new Uint8Array(size * pixels);
  chosen.forEach((index, position) => {
    images.set(all.images.subarray(index * pixels, (index + 1) * pixels), position * pixels);
  });
  return { count: size, images, labels: Uint8Array.from(chosen, (index) => all.labels[index] ?? 0) };
};

/**
 * Symmetric label noise: ⌊share·N⌋ random examples get another class, each of the others with equal chance.
 * @param classes - the labels of the classes that have examples: no other one is drawn.
 */
export const noisyLabels = <L extends Labels>(
  labels: L,
  classes: readonly number[],
  share: number,
  random: RandomStream,
): L => {
  const noisy = labels.slice() as L;
  const places = new Map(classes.map((label, place) => [label, place]));
  for (const index of random.subset(labels.length, wholeShare(share, labels.length))) {
    const place = places.get(labels[index] ?? 0) ?? 0;
    noisy[index] = classes[(place + 1 + random.integer(classes.length - 1)) % classes.length] ?? 0;
  }
  return noisy;
};

import { expect, test } from 'vitest';
import type { Examples } from '../../../src-main/trainer/data/datasetFiles.ts';
import { randomStream } from '../../../src-main/trainer/data/rng.ts';
import { balancedSubset, noisyLabels } from '../../../src-main/trainer/data/subsets.ts';

/** Ten examples of class 0, three of class 1, five of class 2; each image's two pixels are its own index. */
const labels = Uint8Array.from([0, 2, 0, 1, 0, 2, 0, 0, 1, 2, 0, 0, 2, 0, 1, 0, 2, 0]);
const all: Examples = { count: 18, labels, images: Uint8Array.from({ length: 36 }, (_, at) => at >> 1) };

const countsOf = (found: Uint8Array): number[] => [0, 1, 2].map((name) => found.filter((x) => x === name).length);

test.each([
  { size: 3, counts: [1, 1, 1] },
  { size: 8, counts: [3, 3, 2] },
  { size: 12, counts: [5, 3, 4] }, // all three of class 1, and class 0 has the odd one
  { size: 17, counts: [9, 3, 5] },
  { size: 18, counts: [10, 3, 5] },
  { size: 99, counts: [10, 3, 5] },
])('a balanced subset of $size has $counts of the classes', ({ size, counts }) => {
  const subset = balancedSubset(all, 3, size, randomStream(1, 'subset'));
  expect(subset.count).toBe(Math.min(size, 18));
  expect(countsOf(subset.labels)).toEqual(counts);
  const indices = [...subset.labels].map((_, position) => subset.images[2 * position] ?? -1);
  expect(new Set(indices).size).toBe(subset.count); // no example twice
  expect([...subset.labels]).toEqual(indices.map((index) => labels[index])); // each with its own label
  expect([...subset.images]).toEqual(indices.flatMap((index) => [index, index]));
});

test('another seed gives another subset', () => {
  const chosen = (seed: number): string => balancedSubset(all, 3, 9, randomStream(seed, 'subset')).images.join();
  expect(chosen(1)).toBe(chosen(1));
  expect(chosen(1)).not.toBe(chosen(2));
});

test.each([0, 0.1, 0.37, 1])('label noise of %d changes exactly that share, to each other class alike', (share) => {
  const clean = Uint8Array.from({ length: 5000 }, (_, index) => index % 4);
  const noisy = noisyLabels(clean, [0, 1, 2, 3], share, randomStream(1, 'labelNoise'));
  const moves = [0, 0, 0, 0];
  noisy.forEach((label, index) => {
    const move = (label - (clean[index] ?? 0) + 4) % 4;
    moves[move] = (moves[move] ?? 0) + 1;
  });
  const changed = Math.floor(share * 5000);
  expect(moves[0]).toBe(5000 - changed); // a changed label never stays what it was
  expect(noisy.every((label) => label < 4)).toBe(true);
  // A third of the changed ones for each other class; five standard deviations of the binomial.
  for (const count of moves.slice(1)) {
    expect(Math.abs(count - changed / 3)).toBeLessThanOrEqual(5 * Math.sqrt(changed * (1 / 3) * (2 / 3)));
  }
  expect(clean).toEqual(Uint8Array.from({ length: 5000 }, (_, index) => index % 4));
});

test('label noise never draws a class that has no examples', () => {
  const clean = Uint8Array.from({ length: 300 }, (_, index) => [1, 4, 7][index % 3] ?? 0);
  const noisy = noisyLabels(clean, [1, 4, 7], 1, randomStream(1, 'labelNoise'));
  expect(new Set(noisy)).toEqual(new Set([1, 4, 7]));
  expect(noisy.every((label, index) => label !== clean[index])).toBe(true);
});

import { createHash } from 'node:crypto';
import { counted } from '../../../../shared/counted.ts';
import type { SplitChoice } from '../../../../shared/dataset.ts';
import { countText } from '../../../../shared/numberText.ts';

/**
 * Which of a class's images are for testing: a share of them, at least one, and never all. Drawn by ranking SHA-256 of seed, class and place,
 * so that any other program can draw the same.
 * @param label - of the class. @param count - of its images, at least two. @returns their places, ascending.
 */
export const testPlaces = ({ testShare, seed }: SplitChoice, label: number, count: number): number[] => {
  const drawn = Math.min(count - 1, Math.max(1, Math.round(testShare * count)));
  return Array.from({ length: count }, (_, place) => ({
    place,
    rank: createHash('sha256').update(`${seed} ${label} ${place}`).digest('hex'),
  }))
    .sort((a, b) => (a.rank < b.rank ? -1 : 1))
    .slice(0, drawn)
    .map(({ place }) => place)
    .sort((a, b) => a - b);
};

/** What was asked for, and what that came to in whole images. */
export const splitText = ({ testShare, seed }: SplitChoice, { test, all }: { test: number; all: number }): string =>
  `no split of its own: ${Number((100 * testShare).toPrecision(4))} % of each class, at least one image and never all, drawn with seed ${seed}, are for testing: ` +
  `${countText(test)} of ${counted(all, 'image')}`;

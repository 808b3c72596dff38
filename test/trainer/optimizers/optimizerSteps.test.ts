import { expect, test } from 'vitest';
import { readSteps, trajectoryOf } from './optimizerSteps.ts';

/** All numbers, in order, with where they stand. */
const numbersIn = (value: unknown, place: string): [string, number][] => {
  if (typeof value === 'number') return [[place, value]];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => numbersIn(inner, `${place}.${key}`));
};

test.each(Object.entries(readSteps().cases))('%s follows from its inputs', (_, one) => {
  trajectoryOf(one).forEach((step, index) => {
    const { images: _images, labels: _labels, ...kept } = one.steps[index] ?? { images: [], labels: [] };
    const found = new Map(numbersIn(step, ''));
    const listed = numbersIn(kept, '');
    expect(found.size).toBe(listed.length);
    for (const [place, value] of listed) {
      // Nine digits are listed, of the inputs too, which are of the order of 1.
      const deviation = Math.abs((found.get(place) ?? NaN) - value);
      expect(deviation, `step ${index}${place}`).toBeLessThan(1e-8);
    }
  });
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { doubtAfter, doubtOf } from '../../shared/doubts.ts';
import { epochOf } from '../lab/fixtures/metrics.ts';

const learned = { trainLoss: 0.4, testLoss: 0.5, trainAccuracy: 0.9, testAccuracy: 0.85 };

test('a finite explosion is one: the mean loss is above ten times that of guessing, ten times log K', () => {
  // 4.4e26 was once "finished".
  for (const part of ['trainLoss', 'testLoss'] as const) {
    expect(doubtOf(epochOf(1, { ...learned, [part]: 4.4e26 }), 10, 10_000)).toBe('explosion');
    expect(doubtOf(epochOf(1, { ...learned, [part]: 23.1 }), 10, 10_000)).toBe('explosion'); // 10 · log 10 = 23.03
    expect(doubtOf(epochOf(1, { ...learned, [part]: 22.9 }), 10, 10_000)).toBeNull();
    expect(doubtOf(epochOf(1, { ...learned, [part]: 40 }), 100, 10_000)).toBeNull(); // 46.05
    expect(doubtOf(epochOf(1, { ...learned, [part]: null }), 10, 10_000)).toBe('explosion'); // it was not finite
    expect(doubtOf(epochOf(1, { ...learned, [part]: 4.4e26 }), null, 0)).toBe('explosion');
  }
});

test('an accuracy at chance for a whole epoch is one, in training and in testing; above it in either is none', () => {
  const guessing = { ...learned, trainAccuracy: 0.1, testAccuracy: 0.1 };
  expect(doubtOf(epochOf(3, guessing), 10, 10_000)).toBe('chance');
  for (const early of [1, 2]) expect(doubtOf(epochOf(early, guessing), 10, 10_000)).toBeNull(); // it may yet learn
  expect(doubtOf(epochOf(3, { ...guessing, testAccuracy: 0.12 }), 10, 10_000)).toBeNull();
  expect(doubtOf(epochOf(3, { ...guessing, trainAccuracy: 0.3 }), 10, 10_000)).toBeNull();
  expect(doubtOf(epochOf(3, guessing), null, 10_000)).toBeNull(); // of how many classes is not known
});

/** A network that guesses has k of n right by a binomial law: within three deviations in 99.7 % of epochs. */
test('whoever guesses is told apart from whoever has learned, whatever the classes and examples', () => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 1000 }), fc.integer({ min: 1000, max: 1e6 }), (classes, examples) => {
      const chance = 1 / classes;
      const deviation = Math.sqrt((chance * (1 - chance)) / examples);
      const at = (accuracy: number) =>
        doubtOf(
          epochOf(3, { ...learned, images: examples, trainAccuracy: accuracy, testAccuracy: accuracy }),
          classes,
          examples,
        );
      expect(at(Math.min(1, chance + 2.9 * deviation))).toBe('chance');
      expect(at(0)).toBe('chance');
      fc.pre(chance + 3.1 * deviation <= 1);
      expect(at(chance + 3.1 * deviation)).toBeNull();
    }),
  );
});

test('a doubt begins with the first epoch of those that end now, and ends with it', () => {
  const kinds = [null, 'chance', 'chance', 'explosion', 'explosion', null, 'chance'] as const;
  let doubt: ReturnType<typeof doubtAfter> = null;
  const since = kinds.map((kind, index) => (doubt = doubtAfter(doubt, kind, index + 1))?.sinceEpoch ?? null);
  expect(since).toEqual([null, 2, 2, 4, 4, null, 7]);
});

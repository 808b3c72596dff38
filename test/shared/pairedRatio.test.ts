import fc from 'fast-check';
import { expect, test } from 'vitest';
import { median } from '../../shared/median.ts';
import { medianAtMost, ratioOverRounds, relativeHalfWidth } from '../../shared/pairedRatio.ts';

/** Every way to draw n values from n, one after another. */
const resamples = (n: number): number[][] =>
  Array.from({ length: n }).reduce<number[][]>(
    (all) => all.flatMap((drawn) => Array.from({ length: n }, (_, index) => [...drawn, index])),
    [[]],
  );

test.each([1, 3, 5])('the bootstrap distribution of the median of %i values is that of all resamples', (n) => {
  const all = resamples(n); // n^n, equally likely
  for (let rank = 1; rank <= n; rank++) {
    const share = all.filter((drawn) => median(drawn) < rank).length / all.length;
    expect(medianAtMost(n, rank)).toBeCloseTo(share, 12);
  }
});

// Of 13 ratios: P(median* ≤ x₍₃₎) = 0.0157 and P(median* ≤ x₍₄₎) = 0.0707, so the interval ends at the 4th from either side.
test('the interval of thirteen rounds', () => {
  const armMs = Array.from({ length: 13 }, (_, round) => 100 / (101 + round)); // ratios 1.01 … 1.13
  const found = ratioOverRounds(new Array<number>(13).fill(1), [...armMs].reverse());
  expect(found.ratio).toBeCloseTo(1.07, 12);
  expect(found.low).toBeCloseTo(1.04, 12);
  expect(found.high).toBeCloseTo(1.1, 12);
  expect(relativeHalfWidth(found)).toBeCloseTo(0.03 / 1.07, 12);
});

test('what slows whole rounds changes nothing', () => {
  const rounds = fc.array(
    fc.tuple(fc.double({ min: 0.5, max: 2, noNaN: true }), fc.double({ min: 1, max: 9, noNaN: true })),
    { minLength: 9, maxLength: 9 },
  );
  fc.assert(
    fc.property(rounds, (drawn) => {
      const quiet = ratioOverRounds(
        drawn.map(() => 10),
        drawn.map(([arm]) => 10 * arm),
      );
      const disturbed = ratioOverRounds(
        drawn.map(([, slow]) => 10 * slow),
        drawn.map(([arm, slow]) => 10 * arm * slow),
      );
      expect(disturbed.ratio).toBeCloseTo(quiet.ratio, 9);
      expect(disturbed.low).toBeCloseTo(quiet.low, 9);
      expect(disturbed.high).toBeCloseTo(quiet.high, 9);
    }),
  );
});

// In 300 samples of 25 normal ratios the true median lies in a 95 % interval 285 ± 3.8 times; the bootstrap's covers a little less or more.
test('the interval covers the true ratio about as often as it says', () => {
  let state = 1;
  const uniform = (): number => (state = (state * 48271) % 2147483647) / 2147483647;
  const normal = (): number => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
  let covered = 0;
  for (let sample = 0; sample < 300; sample++) {
    const armMs = Array.from({ length: 25 }, () => 1 / (1.1 + 0.05 * normal()));
    const { low, high } = ratioOverRounds(
      armMs.map(() => 1),
      armMs,
    );
    if (low <= 1.1 && 1.1 <= high) covered++;
  }
  expect(covered / 300).toBeGreaterThan(0.91);
  expect(covered / 300).toBeLessThan(0.99);
});

test('an even number of rounds, or two different ones, is refused', () => {
  expect(() => ratioOverRounds([1, 1], [1, 1])).toThrow('odd number');
  expect(() => ratioOverRounds([1, 1, 1], [1])).toThrow('odd number');
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareRows } from '../../../src-main/lab/statistics/comparison.ts';
import { hedgesG, holm, smallSampleFactor } from '../../../src-main/lab/statistics/effects.ts';
import { pairedBySeed, seedsNeeded } from '../../../src-main/lab/statistics/paired.ts';
import { studentTQuantile } from '../../../src-main/lab/statistics/distributions.ts';
import { signFlipP, twoSampleP } from '../../../src-main/lab/statistics/permutation.ts';

const bySeed = (...values: number[]) => values.map((value, seed) => ({ seed, value }));
const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
const mean = (values: readonly number[]) => sum(values) / values.length;

/** Extra hours of sleep under two drugs (Student 1908, after Cushny and Peebles). */
const drugs = {
  one: [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0, 2],
  two: [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4],
};

describe('paired by seed', () => {
  test("Student's sleep data: t = 4.0621 on 9 degrees of freedom, p = 0.002833, interval 0.7001 to 2.4599", () => {
    const found = pairedBySeed(bySeed(...drugs.two), bySeed(...drugs.one));
    expect(found?.difference).toBeCloseTo(1.58, 12);
    expect(found?.pValue).toBeCloseTo(0.002833, 6);
    expect(found?.low).toBeCloseTo(0.7001142, 6);
    expect(found?.high).toBeCloseTo(2.4598858, 6);
  });

  test('only shared seeds count; one pair has no interval, none is no comparison', () => {
    const found = pairedBySeed(
      [{ seed: 7, value: 0.9 }],
      [
        { seed: 7, value: 0.5 },
        { seed: 8, value: 0 },
      ],
    );
    expect(found).toMatchObject({ pairs: 1, low: null, high: null, pValue: null, signFlipP: 1, seedsNeeded: null });
    expect(pairedBySeed([{ seed: 1, value: 1 }], [{ seed: 2, value: 1 }])).toBeNull();
  });

  test('seeds that all gain the same have no interval, no p of t and no number of seeds: their spread is unknown, not 0', () => {
    const unknown = { low: null, high: null, pValue: null, seedsNeeded: null };
    // 0.86 − 0.85 and 0.85 − 0.84 are the same but for rounding; of 2² choices of signs two reach their sum, of 2³ two.
    expect(pairedBySeed(bySeed(0.86, 0.85), bySeed(0.85, 0.84))).toMatchObject({ ...unknown, signFlipP: 2 / 4 });
    expect(pairedBySeed(bySeed(0.8, 0.5, 0.3), bySeed(0.7, 0.4, 0.2))).toMatchObject({ ...unknown, signFlipP: 2 / 8 });
    expect(pairedBySeed(bySeed(1, 2), bySeed(1, 2))).toMatchObject({ ...unknown, difference: 0, signFlipP: 1 });
  });

  // power.t.test(power = 0.8, delta = d, sd = 1, type = "paired") of R, rounded up.
  test.each([
    [1, 10],
    [0.8, 15],
    [0.5, 34],
    [0.2, 199],
  ])('an effect of %d standard deviations needs %d seeds', (effect, needed) => {
    expect(seedsNeeded(effect, 1)).toBe(needed);
    expect(seedsNeeded(-effect, 1)).toBe(needed);
  });
});

test('the seeds needed are the fewest that are enough', () => {
  const isEnough = (n: number, effect: number): boolean =>
    n * effect ** 2 >= (studentTQuantile(0.975, n - 1) + studentTQuantile(0.8, n - 1)) ** 2;
  fc.assert(
    fc.property(fc.double({ min: 0.02, max: 3, noNaN: true }), (effect) => {
      const needed = seedsNeeded(effect, 1) ?? NaN;
      expect(isEnough(needed, effect)).toBe(true);
      if (needed > 2) expect(isEnough(needed - 1, effect)).toBe(false);
    }),
  );
});

describe('permutations', () => {
  test("Darwin's maize: of 32,768 choices of signs, 863 reach 314 on each side (Fisher 1935)", () => {
    const inches = [49, -67, 8, 16, 6, 23, 28, 41, 14, 29, 56, 24, 75, 60, -48];
    expect(sum(inches)).toBe(314);
    expect(signFlipP(inches)).toBe((2 * 863) / 32768);
  });

  test('sign flips equal counting them one by one', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 1, maxLength: 8 }), (values) => {
        const all = Array.from({ length: 2 ** values.length }, (_, code) =>
          sum(values.map((value, place) => ((code >> place) & 1 ? -value : value))),
        );
        const extreme = all.filter((each) => Math.abs(each) >= Math.abs(sum(values)));
        expect(signFlipP(values)).toBe(extreme.length / all.length);
      }),
    );
  });

  test('splits equal counting them one by one', () => {
    const whole = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(whole, whole, (sample, baseline) => {
        const values = [...sample, ...baseline];
        const inFirst = (code: number) => (_: number, place: number) => ((code >> place) & 1) === 1;
        const codes = Array.from({ length: 2 ** values.length }, (_, code) => code).filter(
          (code) => values.filter(inFirst(code)).length === sample.length,
        );
        const distance = (code: number) =>
          Math.abs(mean(values.filter(inFirst(code))) - mean(values.filter((value, at) => !inFirst(code)(value, at))));
        const observed = Math.abs(mean(sample) - mean(baseline));
        const extreme = codes.filter((code) => distance(code) >= observed - 1e-9);
        expect(twoSampleP(sample, baseline)).toBeCloseTo(extreme.length / codes.length, 12);
      }),
    );
    expect(twoSampleP([1, 2, 3], [4, 5, 6])).toBeCloseTo(2 / 20, 14);
    const many = Array.from({ length: 99 }, (_, index) => index);
    expect(twoSampleP([99], many)).toBeCloseTo(1 / 100 + 1 / 100, 14); // the largest of 100 and the smallest are as far from the middle
    expect(twoSampleP(many, [99])).toBeCloseTo(2 / 100, 14);
  });

  test('what would take too long, or is nothing, has no exact p', () => {
    expect(signFlipP(Array.from({ length: 21 }, () => 1))).toBeNull();
    expect(signFlipP([])).toBeNull();
    expect(twoSampleP([], [1])).toBeNull();
    expect(
      twoSampleP(
        Array.from({ length: 15 }, (_, index) => index),
        Array.from({ length: 15 }, (_, index) => index),
      ),
    ).toBeNull();
  });
});

describe('sizes and corrections', () => {
  test('the factor for small samples in closed form (Hedges 1981)', () => {
    expect(smallSampleFactor(2)).toBeCloseTo(1 / Math.sqrt(Math.PI), 12); // Γ(1)/Γ(½)
    // Γ(5) = 24, Γ(9/2) = 105·√π/16.
    expect(smallSampleFactor(10)).toBeCloseTo((24 * 16) / (105 * Math.sqrt(5 * Math.PI)), 12);
  });

  test("Hedges' g by hand: {1, 2, 3} against {2, 4, 6}", () => {
    // Pooled variance (1 + 4)/2; J(4) = Γ(2)/(√2·Γ(3/2)) = √(2/π).
    expect(hedgesG([1, 2, 3], [2, 4, 6])).toBeCloseTo((-2 / Math.sqrt(2.5)) * Math.sqrt(2 / Math.PI), 12);
    expect(hedgesG([1, 1], [2, 2])).toBeNull();
    expect(hedgesG([0.1, 0.1, 0.1], [0.098, 0.098, 0.098])).toBeNull(); // their computed mean is not quite themselves
    expect(hedgesG([1], [2, 3])).toBeNull();
  });

  test('Holm by hand: what is no test counts for none', () => {
    const found = holm([0.01, null, 0.04, 0.03, 0.005]);
    // In order 0.005·4, 0.01·3, 0.03·2, 0.04·1, none smaller than the one before.
    [0.03, null, 0.06, 0.06, 0.02].forEach((expected, index) =>
      expected === null ? expect(found[index]).toBeNull() : expect(found[index]).toBeCloseTo(expected, 14),
    );
    expect(holm([0.6, 0.7])).toEqual([1, 1]);
  });

  test('rows of a table are compared with the baseline and corrected together', () => {
    const found = compareRows(
      [null, bySeed(0.9, 0.92, 0.91), bySeed(), bySeed(0.8, 0.83, 0.81)],
      bySeed(0.8, 0.81, 0.79),
    );
    expect(found.map((row) => row?.pairs ?? null)).toEqual([null, 3, null, 3]);
    const [, first, , last] = found;
    expect(first?.pairedPoints?.mean).toBeCloseTo((100 * (0.1 + 0.11 + 0.12)) / 3, 10);
    expect(first?.signFlipP).toBe(2 / 8);
    expect(first?.welchHolmP).toBeCloseTo(2 * (first?.welchP ?? NaN), 14);
    expect(last?.welchHolmP).toBe(last?.welchP);
  });
});

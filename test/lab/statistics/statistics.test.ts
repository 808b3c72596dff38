import { describe, expect, test } from 'vitest';
import { mean, median, sampleSd } from '../../../src-main/lab/statistics/moments.ts';
import { studentTProbability, studentTQuantile } from '../../../src-main/lab/statistics/distributions.ts';
import { welch } from '../../../src-main/lab/statistics/welch.ts';

describe('moments', () => {
  test('of nothing and of one value', () => {
    expect([mean([]), sampleSd([]), median([])]).toEqual([null, null, null]);
    expect([mean([3]), sampleSd([3]), median([3])]).toEqual([3, null, 3]);
  });

  test('of values far from zero keep their digits', () => {
    // Deviations −1, 0, 1 around 10⁹: Σd² = 2, so s = 1.
    expect(sampleSd([1e9 - 1, 1e9, 1e9 + 1])).toBe(1);
    expect(median([4, 1, 3, 2])).toBe(2.5);
  });
});

describe("Student's t", () => {
  // NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7.2, upper critical values.
  test.each([
    [0.975, 1, 12.706],
    [0.975, 2, 4.303],
    [0.975, 4, 2.776],
    [0.975, 10, 2.228],
    [0.975, 100, 1.984],
    [0.95, 5, 2.015],
    [0.99, 3, 4.541],
    [0.995, 30, 2.75],
    [0.999, 5, 5.893],
  ])('quantile p = %d, df = %d is %d', (p, df, published) => {
    expect(Math.abs(studentTQuantile(p, df) - published)).toBeLessThan(0.0008);
    expect(studentTQuantile(1 - p, df)).toBeCloseTo(-studentTQuantile(p, df), 8);
  });

  test('one and two degrees of freedom in closed form', () => {
    expect(studentTProbability(1, 1)).toBeCloseTo(0.75, 14); // Cauchy: ½ + arctan(t)/π
    expect(studentTProbability(-2, 2)).toBeCloseTo(0.5 - 2 / (2 * Math.sqrt(6)), 14); // ½ + t/(2√(2 + t²))
    expect(studentTProbability(0, 7)).toBe(0.5);
  });

  test('a probability hardly above a half keeps its digits: ½ + t·f(0) where t is small', () => {
    // f(0) = Γ((ν + 1)/2) / (√(νπ)·Γ(ν/2)) = 3/8 for ν = 4.
    expect(studentTProbability(-1e-6, 4)).toBeCloseTo(0.5 - 1e-6 * (3 / 8), 15);
  });
});

describe("Welch's comparison", () => {
  test('by hand: {1, 2, 3} against {2, 4, 6}', () => {
    // Means 2 and 4; variances 1 and 4; error² = 1/3 + 4/3 = 5/3; df = (5/3)² / ((1/3)²/2 + (4/3)²/2) = 50/17.
    const found = welch([1, 2, 3], [2, 4, 6]);
    const halfWidth = studentTQuantile(0.975, 50 / 17) * Math.sqrt(5 / 3);
    expect(found?.difference).toBe(-2);
    expect(found?.low).toBeCloseTo(-2 - halfWidth, 10);
    expect(found?.high).toBeCloseTo(-2 + halfWidth, 10);
    expect(found?.pValue).toBeCloseTo(2 * studentTProbability(-2 / Math.sqrt(5 / 3), 50 / 17), 12);
  });

  test('a published example', () => {
    // R's t.test(extra ~ group, data = sleep) (Student 1908): t = −1.8608, df = 17.776, p = 0.07939, interval −3.3654832 … 0.2054832.
    const drug1 = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0, 2];
    const drug2 = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4];
    const found = welch(drug1, drug2);
    expect(found?.low).toBeCloseTo(-3.3654832, 6);
    expect(found?.high).toBeCloseTo(0.2054832, 6);
    expect(found?.pValue).toBeCloseTo(0.07939, 5);
  });

  test('needs two values a side, and any spread: constant ones tell nothing of chance (R: "data are essentially constant")', () => {
    expect(welch([1], [1, 2])).toBeNull();
    expect(welch([3, 3], [1, 1])).toBeNull();
    expect(welch([0.098, 0.098, 0.098], [0.1, 0.1, 0.1])).toBeNull(); // added and divided by 3 neither is itself
    // One side's spread is enough: error = s/√n = 1/√3 on n − 1 = 2 degrees of freedom.
    expect(welch([1, 2, 3], [1, 1])?.high).toBeCloseTo(1 + studentTQuantile(0.975, 2) / Math.sqrt(3), 10);
  });
});

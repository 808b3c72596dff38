import fc from 'fast-check';
import { expect, test } from 'vitest';
import { evenly } from '../../shared/analyses/analysis.ts';
import { partOf, wholeShare } from '../../shared/decimals.ts';

/** The number that a decimal fraction means: what reading it gives. */
const written = (whole: number, decimals: number): number => Number(`${whole}e-${decimals}`) + 0;

test('the places of a grid are the numbers that reading them gives, whatever its step is', () => {
  const whole = fc.integer({ min: 1, max: 2000 });
  fc.assert(
    fc.property(whole, fc.nat({ max: 4 }), fc.integer({ min: 1, max: 60 }), (step, decimals, half) => {
      // Steps of step·10⁻ᵈ, `half` of them on either side of 0.
      const places = Array.from({ length: 2 * half + 1 }, (_, index) => written(step * (index - half), decimals));
      expect(evenly(2 * half + 1, written(step * half, decimals))).toEqual(places);
    }),
  );
});

test('a part of what has too many digits is as near as two roundings come', () => {
  expect(partOf(0.1, 1, 3)).toBe(1 / 30);
  expect(partOf(Math.PI, 1, 2)).toBe(Math.PI / 2);
  expect(partOf(1e-300, 3, 3)).toBe(1e-300);
  expect(evenly(4, Math.E)).toEqual([-Math.E, -Math.E / 3, Math.E / 3, Math.E]);
});

test('a share of a count is the whole number that the written share means', () => {
  expect(0.57 * 100).toBeLessThan(57);
  // share = whole/100 as it is written, so that ⌊share · count⌋ = ⌊whole · count/100⌋, in whole numbers.
  for (let whole = 0; whole <= 100; whole++)
    for (const count of [1, 5, 50, 100, 128, 200, 60_000])
      expect(wholeShare(written(whole, 2), count)).toBe((whole * count - ((whole * count) % 100)) / 100);
});

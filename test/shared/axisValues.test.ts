import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseAxisValues } from '../../shared/axisValues.ts';

test.for<[text: string, values: unknown[]]>([
  ['0.01,0.05, 0.1', [0.01, 0.05, 0.1]],
  ['.9,-.5e1, 2.,+3', [0.9, -5, 2, 3]],
  ['.1:.3:.1', [0.1, 0.2, 0.3]],
  ['007', ['007']],
  ['0.1:0.5:0.1', [0.1, 0.2, 0.3, 0.4, 0.5]],
  ['1e-3:3e-3:1e-3', [0.001, 0.002, 0.003]],
  ['0:1:0.4', [0, 0.4, 0.8]],
  ['log:0.01:1:3', [0.01, 0.1, 1]],
  ['log:1:1000:4', [1, 10, 100, 1000]],
  ['log:0.01:0.1:3', [0.01, 0.03162, 0.1]], // √0.001 = 0.031623
  ['log:1:1.0002:3', [1, 1.0001, 1.0002]],
  ['log:2:2:3', [2, 2, 2]],
  ['mlp,convnet', ['mlp', 'convnet']],
  ['true,false,null', [true, false, null]],
  ['0.5,1:3:1', [0.5, 1, 2, 3]],
])('%s is read as it is meant', ([text, values]) => {
  expect(parseAxisValues(text)).toEqual({ values, error: null });
});

test.for<[text: string, error: RegExp]>([
  ['', /empty value/],
  ['1,,2', /empty value/],
  ['1:2', /no range; write first:last:step/],
  ['1:2:0', /step must be more than 0/],
  ['2:1:0.5', /no values/],
  ['0:1:0.001', /1001 values; an axis takes up to 100/],
  ['log:0:1:5', /no logarithmic range/],
  ['log:1:2:1', /at least 2 points/],
  ['{}', /no single value/],
  ['1, 1e400', /“1e400” is more than a number can be/],
])('"%s" is refused with words', ([text, error]) => {
  const parsed = parseAxisValues(text);
  expect(parsed.values).toEqual([]);
  expect(parsed.error).toMatch(error);
});

test('a range has both ends and the decimals that were written', () => {
  const numbers = fc.record({
    first: fc.integer({ min: -1000, max: 1000 }),
    step: fc.integer({ min: 1, max: 500 }),
    count: fc.integer({ min: 1, max: 100 }),
    decimals: fc.integer({ min: 0, max: 8 }),
  });
  fc.assert(
    fc.property(numbers, ({ first, step, count, decimals }) => {
      // Decimal numbers from whole ones by their text: exact by construction.
      const written = (whole: number): string => `${whole}e-${decimals}`;
      const all = Array.from({ length: count }, (_, index) => first + index * step);
      const text = `${written(first)}:${written(all.at(-1) ?? first)}:${written(step)}`;
      expect(parseAxisValues(text).values.map((value) => Number(value) + 0)).toEqual(
        all.map((whole) => Number(written(whole)) + 0),
      );
    }),
  );
});

test('points evenly apart in the logarithm are as far apart as each other, to a hundredth of that', () => {
  const ends = fc.record({
    first: fc.double({ min: 1e-6, max: 1e6, noNaN: true }),
    ratio: fc.double({ min: 1.0001, max: 1e6, noNaN: true }),
    count: fc.integer({ min: 2, max: 100 }),
  });
  fc.assert(
    fc.property(ends, ({ first, ratio, count }) => {
      const values = parseAxisValues(`log:${first}:${first * ratio}:${count}`).values.map(Number);
      expect([values.length, values[0], values.at(-1)]).toEqual([count, first, first * ratio]);
      const step = Math.log(ratio) / (count - 1);
      values.slice(1).forEach((value, index) => {
        expect(Math.abs(Math.log(value / (values[index] ?? NaN)) / step - 1)).toBeLessThan(0.02);
      });
    }),
  );
});

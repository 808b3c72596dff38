import { expect, test } from 'vitest';
import { fixedText, percentText } from '../../shared/numberText.ts';

test('every half of a hundredth of a percent is rounded away from zero, whatever binary fractions make of it', () => {
  // Means over two seeds of 1,000 images each: whole multiples of 1/2000, so that every odd one is a half of a tenth of a percent.
  for (let half = 1; half < 2000; half += 2) {
    const [above, tenths] = [(half + 1) / 2, half / 2000];
    const expected = `${Math.floor(above / 10)}.${above % 10}`;
    expect(percentText(tenths, 1)).toBe(expected);
    expect(percentText((Math.floor(half / 2) / 1000 + Math.ceil(half / 2) / 1000) / 2, 1)).toBe(expected);
    expect(percentText(-tenths, 1)).toBe(`-${expected}`);
  }
  expect(percentText(0.26325)).toBe('26.33');
  expect(percentText(0.26335)).toBe('26.34');
});

test.each([
  [0.004999, '0.00'],
  [0.0049999999999999, '0.01'], // noise below the twelfth digit
  [1e-30, '0.00'],
  [0, '0.00'],
  [99.995, '100.00'],
  [1.5e12, '1500000000000.00'],
  [NaN, 'NaN'],
  [-Infinity, '-Infinity'],
])('%d with two decimals is %s', (value, text) => {
  expect(fixedText(value, 2)).toBe(text);
});

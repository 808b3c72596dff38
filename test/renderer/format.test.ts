import { expect, test } from 'vitest';
import {
  formatBytes,
  formatDuration,
  formatEstimate,
  formatMeanSd,
  formatMeasured,
  formatMeasuredDuration,
  formatMs,
  formatNumber,
  formatPercent,
  formatSpeed,
  none,
} from '../../src-renderer/format.ts';

test.each([
  [0, '0.0 s'],
  [9940, '9.9 s'],
  [9960, '10 s'],
  [59_499, '59 s'],
  [59_500, '1 min 00 s'],
  [3_599_499, '59 min 59 s'],
  [3_599_500, '1 h 00 min'],
  [100_000_000, '27 h 46 min'],
])('%d ms are %s: no unit ever reaches its next one', (ms, text) => {
  expect(formatDuration(ms)).toBe(text);
});

test.each([
  [0, '0.0 s'],
  [0.4, '0.000 s'],
  [52.8, '0.053 s'],
  [118, '0.118 s'],
  [999.4, '0.999 s'],
  [999.5, '1.00 s'],
  [1234, '1.23 s'],
  [9994, '9.99 s'],
  [9995, '10 s'],
  [59_500, '1 min 00 s'],
  [null, none],
])('%d ms that were measured are %s', (ms, text) => {
  expect(formatMeasuredDuration(ms)).toBe(text);
});

test.each([
  [599_499, '9 min 59 s'],
  [599_500, '10 min'],
  [1_079_000, '18 min'],
  [3_570_000, '1 h 00 min'],
  [null, none],
])('an estimate of %d ms is %s: without seconds that nobody knows', (ms, text) => {
  expect(formatEstimate(ms)).toBe(text);
});

test.each([
  [0.36, '0.3600'],
  [-0.00012, '−0.0001200'],
  [12.3, '12.30'],
  [999.94, '999.9'],
  [999.95, '1000'],
  [1234.5, '1,235'],
  [0.00001, '1.00e−5'],
  [0, '0'],
  [NaN, 'NaN'],
  [null, none],
])('%d, watched, is %s: no digit comes and goes', (value, text) => {
  expect(formatMeasured(value)).toBe(text);
});

test.each([
  [1, '1 kB'],
  [999_499, '999 kB'],
  [999_500, '1.0 MB'],
  [999_949_999, '999.9 MB'],
  [999_950_000, '1.0 GB'],
])('%d bytes are %s', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text);
});

test.each([
  [0, '0'],
  [-0.001, '−0.001'],
  [0.00012345, '0.0001234'],
  [0.00001, '1.00e−5'],
  [-2e-9, '−2.00e−9'],
  [1234.5, '1,235'],
  [-123_456, '−123,456'],
  [1_281_167, '1,281,167'],
  [12_345_678, '1.23e7'],
  [NaN, 'NaN'],
  [null, none],
])('%d is %s, with a minus and not a hyphen', (value, text) => {
  expect(formatNumber(value)).toBe(text);
});

test('what is missing is a dash, never 0', () => {
  for (const format of [formatDuration, formatBytes, formatNumber, formatPercent, formatSpeed, formatMs])
    expect(format(null)).toBe(none);
});

test('a mean stands with its deviation, and alone where there is one run', () => {
  expect(formatMeanSd({ mean: 0.98123, sd: 0.00102 })).toBe('98.12 ± 0.10');
  expect(formatMeanSd({ mean: 0.98123, sd: null })).toBe('98.12');
  expect(formatMeanSd({ mean: null, sd: null })).toBe(none);
});

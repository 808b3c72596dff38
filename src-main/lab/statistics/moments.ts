import type { MeanSd } from '../../../shared/result.ts';

/** Those that there are. */
export const present = (values: readonly (number | null)[]): number[] => values.filter((value) => value !== null);

/** Arithmetic mean; null of nothing. */
export const mean = (values: readonly number[]): number | null =>
  values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;

/**
 * Sample standard deviation (n − 1); null for n < 2. Two passes, so that close values far from 0 keep their digits; one that is but rounding
 * is 0 (three times 0.1, added and divided by 3, is not 0.1): what is divided by it would be huge.
 * @param scale - what the values were computed from, where that is larger than they are.
 */
export const sampleSd = (values: readonly number[], scale = 0): number | null => {
  const center = mean(values);
  if (center === null || values.length < 2) return null;
  const squares = values.reduce((sum, value) => sum + (value - center) ** 2, 0);
  const sd = Math.sqrt(squares / (values.length - 1));
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), scale);
  return sd <= 2 * values.length * Number.EPSILON * largest ? 0 : sd;
};

/** The middle value, or the mean of the two middle ones; null of nothing. */
export const median = (values: readonly number[]): number | null => {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  return mean(sorted.slice(Math.ceil(middle) - 1, Math.floor(middle) + 1));
};

export const meanSd = (values: readonly number[]): MeanSd => ({ mean: mean(values), sd: sampleSd(values) });

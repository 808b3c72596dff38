import { z } from 'zod';
import { decimalsOf } from './decimals.ts';

/** A value that a setting takes along an axis. */
export const axisValueSchema = z.union([z.number(), z.string().max(120), z.boolean(), z.null()]);
export type AxisValue = z.infer<typeof axisValueSchema>;

export const mostAxisValues = 100;

export type ParsedValues =
  | { readonly values: readonly AxisValue[]; readonly error: null }
  | { readonly values: readonly []; readonly error: string };

/**
 * Reads the values of an axis: a list with commas, whose parts may be ranges with both ends, `0.1:0.5:0.1` (first, last, step), or
 * points evenly apart in the logarithm, `log:0.01:1:5` (first, last, how many). The form and the command line read alike.
 */
export const parseAxisValues = (text: string): ParsedValues => {
  const values: AxisValue[] = [];
  for (const part of text.split(',').map((piece) => piece.trim())) {
    const found = part === '' ? 'there is an empty value; write for example 0.01,0.05,0.1' : valuesOf(part);
    if (typeof found === 'string') return { values: [], error: found };
    values.push(...found);
    if (values.length > mostAxisValues) return { values: [], error: tooMany(values.length) };
  }
  return { values, error: null };
};

/** A value as the user writes it: JSON where it is some, a number also as `.1`, else the text itself. */
export const parseValue = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    const value = /^\s*[-+]?0\d/.test(text) ? NaN : number(text); // "007" is a name
    return Number.isNaN(value) ? text : value;
  }
};

const tooMany = (count: number): string => `these are ${count} values; an axis takes up to ${mostAxisValues}`;

const valuesOf = (part: string): readonly AxisValue[] | string => {
  if (!part.includes(':')) return single(part);
  const [head, ...rest] = part.split(':');
  return head === 'log' ? logarithmic(part, rest) : range(part, part.split(':'));
};

const single = (part: string): readonly AxisValue[] | string => {
  const value = parseValue(part);
  if (typeof value === 'object' && value !== null) return `“${part}” is no single value`;
  if (typeof value === 'number' && !Number.isFinite(value)) return `“${part}” is more than a number can be`;
  return [value as AxisValue];
};

const number = (text: string | undefined): number =>
  text !== undefined && /^\s*[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?\s*$/i.test(text) ? Number(text) : NaN;

const range = (part: string, texts: readonly string[]): readonly number[] | string => {
  const [first = NaN, last = NaN, step = NaN] = texts.map(number);
  if (texts.length !== 3 || [first, last, step].some((value) => !Number.isFinite(value)))
    return `“${part}” is no range; write first:last:step, such as 0.1:0.5:0.1`;
  if (step <= 0 || last < first)
    return `“${part}” has no values: the step must be more than 0 and the last at least the first`;
  const count = Math.floor((last - first) / step + 1e-9) + 1;
  if (count > mostAxisValues) return tooMany(count);
  // Rounded to the decimals that were written, so that the third value of 0.1:0.5:0.1 is 0.3, not 0.30000000000000004.
  const decimals = Math.min(100, Math.max(...texts.map(decimalsOf)));
  return Array.from({ length: count }, (_, index) => Number((first + index * step).toFixed(decimals)));
};

/** With four digits, as one writes them; with more where these do not tell neighbours well apart: within a hundredth of their distance. */
const shortened = (values: readonly number[]): number[] => {
  const distance = Math.min(...values.slice(1).map((value, index) => Math.abs(value - (values[index] ?? 0)) / value));
  const digits = Math.min(15, Math.max(4, Math.ceil(3 - Math.log10(distance))));
  return values.map((value) => Number(value.toPrecision(digits)));
};

const logarithmic = (part: string, texts: readonly string[]): readonly number[] | string => {
  const [first = NaN, last = NaN, count = NaN] = texts.map(number);
  if (
    texts.length !== 3 ||
    !(first > 0) ||
    !(last > 0) ||
    !Number.isFinite(first * last) ||
    !Number.isInteger(count) ||
    count < 2
  )
    return `“${part}” is no logarithmic range; write log:first:last:count, such as log:0.01:1:5, with ends above 0 and at least 2 points`;
  if (count > mostAxisValues) return tooMany(count);
  const exact = Array.from({ length: count }, (_, index) => first * (last / first) ** (index / (count - 1)));
  return [first, ...shortened(exact).slice(1, -1), last];
};

/** Differences that only rounding tells apart count as equal. */
const isAsExtreme = (value: number, observed: number): boolean => Math.abs(value) >= Math.abs(observed) * (1 - 1e-12);

const mostFlips = 20;

/**
 * Exact two-sided p of paired differences whose signs are chance: the share of all 2ⁿ choices of signs with a sum at least as far from 0.
 * @returns null for no pair, and for more than 20.
 * @see Fisher 1935, The Design of Experiments, §21
 */
export const signFlipP = (differences: readonly number[]): number | null => {
  const n = differences.length;
  if (n === 0 || n > mostFlips) return null;
  const signs = differences.map(() => 1);
  const observed = differences.reduce((sum, value) => sum + value, 0);
  let sum = observed;
  let extreme = 1;
  // Gray code: each choice differs from the one before in one sign, that of its lowest set bit.
  for (let code = 1; code < 2 ** n; code++) {
    const place = 31 - Math.clz32(code & -code);
    const [sign = 1, value = 0] = [signs[place], differences[place]];
    sum -= 2 * sign * value;
    signs[place] = -sign;
    if (isAsExtreme(sum, observed)) extreme += 1;
  }
  return extreme / 2 ** n;
};

const mostSplits = 200_000;

/**
 * Exact two-sided p of two independent samples: the share of all ways to split their values into groups of these sizes whose means differ
 * at least as much.
 * @returns null where a sample is empty, and for more than 200,000 splits (10 against 10 are 184,756).
 * @see Pitman 1937
 */
export const twoSampleP = (sample: readonly number[], baseline: readonly number[]): number | null => {
  const values = [...sample, ...baseline];
  const [n, size] = [sample.length, values.length];
  const splits = binomial(size, n);
  if (n === 0 || n === size || splits > mostSplits) return null;
  const total = values.reduce((sum, value) => sum + value, 0);
  const difference = (sum: number): number => sum / n - (total - sum) / (size - n);
  const observed = difference(sample.reduce((sum, value) => sum + value, 0));
  const countExtreme = (from: number, left: number, sum: number): number => {
    if (left === 0) return isAsExtreme(difference(sum), observed) ? 1 : 0;
    let found = 0;
    for (let next = from; next <= size - left; next++)
      found += countExtreme(next + 1, left - 1, sum + (values[next] ?? 0));
    return found;
  };
  return countExtreme(0, n, 0) / splits;
};

const binomial = (n: number, k: number): number => {
  let result = 1;
  for (let i = 1; i <= Math.min(k, n - k); i++) result = (result * (n - Math.min(k, n - k) + i)) / i;
  return Math.round(result);
};

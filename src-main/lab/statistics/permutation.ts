/** Sums of all choices of at most `most` of some values, by how many were chosen; index = that number; each sorted. */
const choicesBySize = (values: readonly number[], most: number): Float64Array[] => {
  const found = Array.from({ length: Math.min(most, values.length) + 1 }, (_, size): number[] =>
    size === 0 ? [0] : [],
  );
  for (const value of values) {
    for (let size = found.length - 1; size > 0; size--) {
      for (const sum of found[size - 1] ?? []) found[size]?.push(sum + value);
    }
  }
  return found.map((sums) => Float64Array.from(sums).sort());
};

/** How many sums of one of each are at least `limit`; both are sorted. */
const pairsFrom = (limit: number, first: Float64Array, second: Float64Array): number => {
  let from = second.length;
  let count = 0;
  for (const value of first) {
    while (from > 0 && value + (second[from - 1] ?? 0) >= limit) from -= 1;
    count += second.length - from;
  }
  return count;
};

const negated = (sums: Float64Array): Float64Array => sums.map((value) => -value).reverse();

/** Differences that only rounding tells apart count as equal. */
const rounding = (values: readonly number[]): number => 1e-12 * values.reduce((sum, value) => sum + Math.abs(value), 0);

const halves = (values: readonly number[]): [readonly number[], readonly number[]] => {
  const middle = values.length >> 1;
  return [values.slice(0, middle), values.slice(middle)];
};

const mostFlips = 20;

/**
 * Exact two-sided p of paired differences whose signs are chance: the share of all 2ⁿ choices of signs with a sum at least as far from 0.
 * @returns null for no pair, and for more than 20.
 * @see Fisher 1935, The Design of Experiments, §21
 */
export const signFlipP = (differences: readonly number[]): number | null => {
  const n = differences.length;
  if (n === 0 || n > mostFlips) return null;
  const observed = differences.reduce((sum, value) => sum + value, 0);
  const limit = Math.abs(observed) - rounding(differences);
  if (limit <= 0) return 1;
  // A choice of signs is the sum of all with twice those that are turned taken away: that of either half on its own.
  const [first, second] = halves(differences).map((half) => {
    const total = half.reduce((sum, value) => sum + value, 0);
    const turned = choicesBySize(half, half.length).flatMap((sums) => [...sums]);
    return Float64Array.from(turned, (sum) => total - 2 * sum).sort();
  });
  if (first === undefined || second === undefined) return null;
  return (2 * pairsFrom(limit, first, second)) / 2 ** n; // the other direction mirrors this one
};

const mostSplits = 200_000;

/**
 * Exact two-sided p of two independent samples: the share of all ways to split their values into groups of these sizes whose means differ
 * at least as much. The sums of all choices from either half of the values, sorted, count them without a look at each.
 * @returns null where a sample is empty, and for more than 200,000 splits (10 against 10 are 184,756).
 * @see Pitman 1937
 */
export const twoSampleP = (sample: readonly number[], baseline: readonly number[]): number | null => {
  const values = [...sample, ...baseline];
  const size = values.length;
  const [n, fewer] = sample.length <= baseline.length ? [sample.length, sample] : [baseline.length, baseline];
  const splits = binomial(size, n);
  if (n === 0 || splits > mostSplits) return null;
  // Around their mean the values sum to 0: then the means differ by the sum of either group times 1/n + 1/(size − n).
  const mean = values.reduce((sum, value) => sum + value, 0) / size;
  const observed = fewer.reduce((sum, value) => sum + value - mean, 0);
  const limit = Math.abs(observed) - rounding(values);
  if (limit <= 0) return 1;
  const [first, second] = halves(values).map((half) =>
    choicesBySize(
      half.map((value) => value - mean),
      n,
    ),
  );
  const extreme = first?.reduce((sum, chosen, count) => {
    const others = second?.[n - count];
    if (others === undefined) return sum;
    return sum + pairsFrom(limit, chosen, others) + pairsFrom(limit, negated(chosen), negated(others));
  }, 0);
  return extreme === undefined ? null : extreme / splits;
};

const binomial = (n: number, k: number): number => {
  let result = 1;
  for (let i = 1; i <= Math.min(k, n - k); i++) result = (result * (n - Math.min(k, n - k) + i)) / i;
  return Math.round(result);
};

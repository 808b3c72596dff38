/** A run of `count` elements within an array, from `start`. */
const expectRun = (data: Float64Array, start: number, count: number): void => {
  if (start < 0 || start + count > data.length) {
    throw new Error(`Elements ${start} to ${start + count - 1} were asked of an array of ${data.length}.`);
  }
};

/** Σ a[aStart + k]·b[bStart + k] for k < count. */
export const dot = (a: Float64Array, aStart: number, b: Float64Array, bStart: number, count: number): number => {
  expectRun(a, aStart, count);
  expectRun(b, bStart, count);
  let sum = 0;
  for (let k = 0; k < count; k++) sum += (a[aStart + k] ?? NaN) * (b[bStart + k] ?? NaN);
  return sum;
};

/** y[yStart + k] ← y[yStart + k] + factor·x[xStart + k] for k < count. */
export const addScaled = (
  y: Float64Array,
  yStart: number,
  factor: number,
  x: Float64Array,
  xStart: number,
  count: number,
): void => {
  expectRun(y, yStart, count);
  expectRun(x, xStart, count);
  for (let k = 0; k < count; k++) y[yStart + k] = (y[yStart + k] ?? NaN) + factor * (x[xStart + k] ?? NaN);
};

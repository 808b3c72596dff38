import { at, expectShape, type FloatArray, filled } from './arrays.ts';
import { rowsOf } from './channels.ts';
import { elementwise, map } from './elementwise.ts';

/** 2/√π·exp(−x²)·Σ 2ⁿ·x²ⁿ⁺¹/(2n+1)!!, whose terms have one sign; from |x| = 6 on it is ±1 in float64. @see Abramowitz & Stegun 7.1.6 */
const erf = (x: number): number => {
  if (Math.abs(x) >= 6) return Math.sign(x);
  let term = x;
  let sum = 0;
  for (let n = 0; sum + term !== sum; n++) {
    sum += term;
    term *= (2 * x * x) / (2 * n + 3);
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
};

/** Φ, the standard normal distribution function. */
const normalDistribution = (x: number): number => (1 + erf(x / Math.SQRT2)) / 2;

/** x·Φ(x). @see Hendrycks & Gimpel 2016 */
export const gelu = (x: FloatArray): FloatArray => map(x, (value) => value * normalDistribution(value));

/** dy·(Φ(x) + x·φ(x)). */
export const geluGrad = (dy: FloatArray, x: FloatArray): FloatArray => {
  expectShape("A GELU's gradient", dy.shape, x.shape);
  const density = (value: number): number => Math.exp((-value * value) / 2) / Math.sqrt(2 * Math.PI);
  return elementwise(dy, x, (gradient, value) => gradient * (normalDistribution(value) + value * density(value)));
};

/** exp(x)/Σ exp(x) along the last axis. */
export const softmax = (x: FloatArray): FloatArray => {
  const { rows, channels } = rowsOf(x);
  const y = filled(x.shape, (index) => at(x.data, index));
  for (let row = 0; row < rows; row++) {
    const values = y.data.subarray(row * channels, (row + 1) * channels);
    const largest = values.reduce((a, b) => Math.max(a, b), -Infinity);
    values.forEach((value, index) => (values[index] = Math.exp(value - largest)));
    const sum = values.reduce((a, b) => a + b, 0);
    values.forEach((value, index) => (values[index] = value / sum));
  }
  return y;
};

/** y·(dy − Σ dy·y), the sum along the last axis. */
export const softmaxGrad = (dy: FloatArray, y: FloatArray): FloatArray => {
  expectShape("A softmax's gradient", dy.shape, y.shape);
  const { rows, channels } = rowsOf(y);
  const sums = new Float64Array(rows);
  for (let index = 0; index < y.data.length; index++) {
    const row = Math.floor(index / channels);
    sums[row] = at(sums, row) + at(dy.data, index) * at(y.data, index);
  }
  return filled(y.shape, (index) => at(y.data, index) * (at(dy.data, index) - at(sums, Math.floor(index / channels))));
};

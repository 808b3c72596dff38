import { stripElements } from '../layout';
import { address, argument, floatArgument, multiplyAdd } from '../task';
import { Gelu, GeluGrad, LayerNorm, LayerNormInputGrad, Softmax, SoftmaxGrad } from './table';

/** eˣ to float32's accuracy: 2ⁿ·eʳ with |r| ≤ ln 2/2, eʳ by its Taylor polynomial of degree 7. */
function exponential(x: v128): v128 {
  const bounded = f32x4.min(f32x4.max(x, f32x4.splat(-87.3)), f32x4.splat(88.7));
  const n = f32x4.nearest(f32x4.mul(bounded, f32x4.splat(1.44269504)));
  // ln 2 in two parts: n times the first is exact.
  let r = f32x4.sub(bounded, f32x4.mul(n, f32x4.splat(0.693359375)));
  r = f32x4.sub(r, f32x4.mul(n, f32x4.splat(-2.1219444e-4)));
  let sum = multiplyAdd(r, f32x4.splat(1.0 / 5040), f32x4.splat(1.0 / 720));
  sum = multiplyAdd(r, sum, f32x4.splat(1.0 / 120));
  sum = multiplyAdd(r, sum, f32x4.splat(1.0 / 24));
  sum = multiplyAdd(r, sum, f32x4.splat(1.0 / 6));
  sum = multiplyAdd(r, sum, f32x4.splat(0.5));
  sum = multiplyAdd(r, sum, f32x4.splat(1));
  sum = multiplyAdd(r, sum, f32x4.splat(1));
  const whole = i32x4.trunc_sat_f32x4_s(n);
  // In two steps, as 2¹²⁸ is no float.
  const half = i32x4.shr_s(whole, 1);
  const bias = i32x4.splat(127);
  const low = i32x4.shl(i32x4.add(half, bias), 23);
  const high = i32x4.shl(i32x4.add(i32x4.sub(whole, half), bias), 23);
  return f32x4.mul(f32x4.mul(sum, low), high);
}

/** The normal distribution function, given e^(−x²/2). @see Abramowitz & Stegun 1964, 7.1.26 (absolute error 7.5e-8) */
function normalDistribution(x: v128, bell: v128): v128 {
  const one = f32x4.splat(1);
  const distance = f32x4.mul(f32x4.abs(x), f32x4.splat(0.70710678));
  const t = f32x4.div(one, multiplyAdd(distance, f32x4.splat(0.3275911), one));
  let sum = multiplyAdd(t, f32x4.splat(1.061405429), f32x4.splat(-1.453152027));
  sum = multiplyAdd(t, sum, f32x4.splat(1.421413741));
  sum = multiplyAdd(t, sum, f32x4.splat(-0.284496736));
  sum = multiplyAdd(t, sum, f32x4.splat(0.254829592));
  const tail = f32x4.mul(f32x4.mul(f32x4.mul(t, sum), bell), f32x4.splat(0.5));
  return v128.bitselect(tail, f32x4.sub(one, tail), f32x4.lt(x, f32x4.splat(0)));
}

function bellOf(x: v128): v128 {
  return exponential(f32x4.mul(f32x4.mul(x, x), f32x4.splat(-0.5)));
}

/** Stores as many of four floats as exist. */
function storeSome(to: usize, values: v128, bytes: usize): void {
  if (bytes >= 16) {
    v128.store(to, values);
    return;
  }
  if (bytes > 0) store<f32>(to, f32x4.extract_lane(values, 0));
  if (bytes > 4) store<f32>(to, f32x4.extract_lane(values, 1), 4);
  if (bytes > 8) store<f32>(to, f32x4.extract_lane(values, 2), 8);
}

// Past its end, a tensor may be read for 64 bytes: the last vector needs no loop of its own.

export function gelu(task: i32): void {
  let from = address(Gelu.x) + ((<usize>(task * stripElements)) << 2);
  const end = from + ((<usize>min(stripElements, argument(Gelu.count) - task * stripElements)) << 2);
  const shift = address(Gelu.to) - address(Gelu.x);
  for (; from < end; from += 16) {
    const x = v128.load(from);
    storeSome(from + shift, f32x4.mul(x, normalDistribution(x, bellOf(x))), end - from);
  }
}

/** dy·(Φ(x) + x·φ(x)). */
export function geluGrad(task: i32): void {
  let from = address(GeluGrad.dy) + ((<usize>(task * stripElements)) << 2);
  const end = from + ((<usize>min(stripElements, argument(GeluGrad.count) - task * stripElements)) << 2);
  const input = address(GeluGrad.x) - address(GeluGrad.dy);
  const shift = address(GeluGrad.to) - address(GeluGrad.dy);
  for (; from < end; from += 16) {
    const x = v128.load(from + input);
    const bell = bellOf(x);
    const slope = multiplyAdd(f32x4.mul(x, bell), f32x4.splat(0.39894228), normalDistribution(x, bell));
    storeSome(from + shift, f32x4.mul(v128.load(from), slope), end - from);
  }
}

/** Sum of four lanes, pairwise. */
function total(values: v128): f32 {
  return (
    f32x4.extract_lane(values, 0) +
    f32x4.extract_lane(values, 1) +
    (f32x4.extract_lane(values, 2) + f32x4.extract_lane(values, 3))
  );
}

export function softmax(task: i32): void {
  const channels = argument(Softmax.channels);
  const first = task * argument(Softmax.rowsPerTask);
  const last = min(argument(Softmax.rows), first + argument(Softmax.rowsPerTask));
  const bytes = (<usize>channels) << 2;
  const whole = bytes & ~15;
  const shift = address(Softmax.to) - address(Softmax.x);
  for (let row = first; row < last; row++) {
    const start = address(Softmax.x) + <usize>row * bytes;
    const end = start + bytes;
    let largest: f32 = -Infinity;
    for (let at = start; at < end; at += 4) largest = max<f32>(largest, load<f32>(at));
    const shiftBy = f32x4.splat(largest);
    let sums = f32x4.splat(0);
    let at = start;
    for (; at < start + whole; at += 16) {
      const powers = exponential(f32x4.sub(v128.load(at), shiftBy));
      v128.store(at + shift, powers);
      sums = f32x4.add(sums, powers);
    }
    let sum = total(sums);
    for (; at < end; at += 4) {
      const power = f32x4.extract_lane(exponential(f32x4.sub(v128.load_splat<f32>(at), shiftBy)), 0);
      store<f32>(at + shift, power);
      sum += power;
    }
    const share = <f32>1 / sum;
    for (at = start + shift; at < start + shift + whole; at += 16) {
      v128.store(at, f32x4.mul(v128.load(at), f32x4.splat(share)));
    }
    for (; at < end + shift; at += 4) store<f32>(at, load<f32>(at) * share);
  }
}

/** y·(dy − Σ dy·y). */
export function softmaxGrad(task: i32): void {
  const channels = argument(SoftmaxGrad.channels);
  const first = task * argument(SoftmaxGrad.rowsPerTask);
  const last = min(argument(SoftmaxGrad.rows), first + argument(SoftmaxGrad.rowsPerTask));
  const bytes = (<usize>channels) << 2;
  const whole = bytes & ~15;
  const output = address(SoftmaxGrad.y) - address(SoftmaxGrad.dy);
  const shift = address(SoftmaxGrad.to) - address(SoftmaxGrad.dy);
  for (let row = first; row < last; row++) {
    const start = address(SoftmaxGrad.dy) + <usize>row * bytes;
    const end = start + bytes;
    let products = f32x4.splat(0);
    let at = start;
    for (; at < start + whole; at += 16) products = multiplyAdd(v128.load(at), v128.load(at + output), products);
    let sum = total(products);
    for (; at < end; at += 4) sum += load<f32>(at) * load<f32>(at + output);
    for (at = start; at < end; at += 16) {
      const centred = f32x4.sub(v128.load(at), f32x4.splat(sum));
      storeSome(at + shift, f32x4.mul(v128.load(at + output), centred), end - at);
    }
  }
}

/** x̂ = (x − mean)·inverse over a row's channels, and x̂·scale + offset. */
export function layerNorm(task: i32): void {
  const channels = argument(LayerNorm.channels);
  const first = task * argument(LayerNorm.rowsPerTask);
  const last = min(argument(LayerNorm.rows), first + argument(LayerNorm.rowsPerTask));
  const epsilon = floatArgument(LayerNorm.epsilon);
  const bytes = (<usize>channels) << 2;
  for (let row = first; row < last; row++) {
    const start = address(LayerNorm.x) + <usize>row * bytes;
    const end = start + bytes;
    let sum: f64 = 0;
    for (let at = start; at < end; at += 4) sum += <f64>load<f32>(at);
    const mean = <f32>(sum / <f64>channels);
    let squares: f64 = 0;
    for (let at = start; at < end; at += 4) {
      const deviation = <f64>(load<f32>(at) - mean);
      squares += deviation * deviation;
    }
    const inverse = <f32>(1 / sqrt<f64>(squares / <f64>channels + <f64>epsilon));
    store<f32>(address(LayerNorm.inverse) + ((<usize>row) << 2), inverse);
    const normalised = address(LayerNorm.normalised) + <usize>row * bytes;
    const output = address(LayerNorm.to) + <usize>row * bytes;
    for (let offset: usize = 0; offset < bytes; offset += 16) {
      const value = f32x4.mul(f32x4.sub(v128.load(start + offset), f32x4.splat(mean)), f32x4.splat(inverse));
      storeSome(normalised + offset, value, bytes - offset);
      const scaled = multiplyAdd(
        value,
        v128.load(address(LayerNorm.scale) + offset),
        v128.load(address(LayerNorm.offset) + offset),
      );
      storeSome(output + offset, scaled, bytes - offset);
    }
  }
}

/** With g = dy·scale: inverse·(g − mean of g − x̂·mean of g·x̂). */
export function layerNormInputGrad(task: i32): void {
  const channels = argument(LayerNormInputGrad.channels);
  const first = task * argument(LayerNormInputGrad.rowsPerTask);
  const last = min(argument(LayerNormInputGrad.rows), first + argument(LayerNormInputGrad.rowsPerTask));
  const bytes = (<usize>channels) << 2;
  const scale = address(LayerNormInputGrad.scale);
  for (let row = first; row < last; row++) {
    const dy = address(LayerNormInputGrad.dy) + <usize>row * bytes;
    const normalised = address(LayerNormInputGrad.normalised) + <usize>row * bytes;
    let sum: f64 = 0;
    let product: f64 = 0;
    for (let offset: usize = 0; offset < bytes; offset += 4) {
      const gradient = load<f32>(dy + offset) * load<f32>(scale + offset);
      sum += <f64>gradient;
      product += <f64>(gradient * load<f32>(normalised + offset));
    }
    const mean = f32x4.splat(<f32>(sum / <f64>channels));
    const slope = f32x4.splat(<f32>(product / <f64>channels));
    const inverse = v128.load_splat<f32>(address(LayerNormInputGrad.inverse) + ((<usize>row) << 2));
    const to = address(LayerNormInputGrad.to) + <usize>row * bytes;
    for (let offset: usize = 0; offset < bytes; offset += 16) {
      const gradient = f32x4.mul(v128.load(dy + offset), v128.load(scale + offset));
      const centred = f32x4.sub(f32x4.sub(gradient, mean), f32x4.mul(v128.load(normalised + offset), slope));
      storeSome(to + offset, f32x4.mul(centred, inverse), bytes - offset);
    }
  }
}

import { stripElements } from '../layout';
import { address, argument, multiplyAdd } from '../task';
import { Gelu, GeluGrad } from './table';
import { exponential, storeSome } from './vectors';

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

import { multiplyAdd } from '../task';

/** eˣ to float32's accuracy: 2ⁿ·eʳ with |r| ≤ ln 2/2, eʳ by its Taylor polynomial of degree 7. */
export function exponential(x: v128): v128 {
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

/** Stores as many of four floats as exist. Past its end a tensor may be read for 64 bytes: the last vector needs no loop of its own. */
export function storeSome(to: usize, values: v128, bytes: usize): void {
  if (bytes >= 16) {
    v128.store(to, values);
    return;
  }
  if (bytes > 0) store<f32>(to, f32x4.extract_lane(values, 0));
  if (bytes > 4) store<f32>(to, f32x4.extract_lane(values, 1), 4);
  if (bytes > 8) store<f32>(to, f32x4.extract_lane(values, 2), 8);
}

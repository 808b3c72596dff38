import { address, argument, multiplyAdd } from '../task';
import { Softmax, SoftmaxGrad } from './table';
import { exponential, storeSome } from './vectors';

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

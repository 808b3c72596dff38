import { address, argument, floatArgument, multiplyAdd } from '../task';
import { stripElements } from '../layout';
import { MomentumUpdate, Relu, ReluGrad, ScaleAdd, SquareRoot, Sums } from './table';

// Kernels on tensors of one shape. A task is a strip of `stripElements`; the last one may be shorter.

function stripStart(task: i32): usize {
  return (<usize>(task * stripElements)) << 2;
}

function stripBytes(task: i32, count: i32): usize {
  return (<usize>min(stripElements, count - task * stripElements)) << 2;
}

export function relu(task: i32): void {
  const zero = f32x4.splat(0);
  const start = stripStart(task);
  const bytes = stripBytes(task, argument(Relu.count));
  const shift = address(Relu.to) - address(Relu.x);
  let from = address(Relu.x) + start;
  const end = from + bytes;
  for (; from + 16 <= end; from += 16) v128.store(from + shift, f32x4.max(v128.load(from), zero));
  for (; from < end; from += 4) store<f32>(from + shift, max<f32>(load<f32>(from), 0));
}

/** dy where y > 0, else 0. */
export function reluGrad(task: i32): void {
  const zero = f32x4.splat(0);
  const start = stripStart(task);
  const bytes = stripBytes(task, argument(ReluGrad.count));
  const y = address(ReluGrad.y) - address(ReluGrad.dy);
  const to = address(ReluGrad.to) - address(ReluGrad.dy);
  let from = address(ReluGrad.dy) + start;
  const end = from + bytes;
  for (; from + 16 <= end; from += 16) {
    v128.store(from + to, v128.and(v128.load(from), f32x4.gt(v128.load(from + y), zero)));
  }
  for (; from < end; from += 4) store<f32>(from + to, load<f32>(from + y) > 0 ? load<f32>(from) : 0);
}

export function squareRoot(task: i32): void {
  const start = stripStart(task);
  const bytes = stripBytes(task, argument(SquareRoot.count));
  const shift = address(SquareRoot.to) - address(SquareRoot.x);
  let from = address(SquareRoot.x) + start;
  const end = from + bytes;
  for (; from + 16 <= end; from += 16) v128.store(from + shift, f32x4.sqrt(v128.load(from)));
  for (; from < end; from += 4) store<f32>(from + shift, sqrt<f32>(load<f32>(from)));
}

/** x·factor + y. */
export function scaleAdd(task: i32): void {
  const start = stripStart(task);
  const bytes = stripBytes(task, argument(ScaleAdd.count));
  const scalar = load<f32>(address(ScaleAdd.factor));
  const factor = f32x4.splat(scalar);
  const y = address(ScaleAdd.y) - address(ScaleAdd.x);
  const to = address(ScaleAdd.to) - address(ScaleAdd.x);
  let from = address(ScaleAdd.x) + start;
  const end = from + bytes;
  for (; from + 16 <= end; from += 16) {
    v128.store(from + to, multiplyAdd(v128.load(from), factor, v128.load(from + y)));
  }
  for (; from < end; from += 4) store<f32>(from + to, load<f32>(from) * scalar + load<f32>(from + y));
}

/**
 * d = g + weightDecay·θ; v ← momentum·v + d; θ ← θ − learningRate·v, or θ − learningRate·(d + momentum·v) for Nesterov's.
 */
export function momentumUpdate(task: i32): void {
  const start = stripStart(task);
  const bytes = stripBytes(task, argument(MomentumUpdate.count));
  const momentum = floatArgument(MomentumUpdate.momentum);
  const weightDecay = floatArgument(MomentumUpdate.weightDecay);
  const descent = -floatArgument(MomentumUpdate.learningRate);
  const isNesterov = argument(MomentumUpdate.isNesterov) != 0;
  const momentums = f32x4.splat(momentum);
  const decays = f32x4.splat(weightDecay);
  const descents = f32x4.splat(descent);
  let parameter = address(MomentumUpdate.parameter) + start;
  let velocity = address(MomentumUpdate.velocity) + start;
  let gradient = address(MomentumUpdate.gradient) + start;
  const newParameter = address(MomentumUpdate.newParameter) - address(MomentumUpdate.parameter);
  const newVelocity = address(MomentumUpdate.newVelocity) - address(MomentumUpdate.velocity);
  const end = parameter + bytes;
  for (; parameter + 16 <= end; parameter += 16, velocity += 16, gradient += 16) {
    const theta = v128.load(parameter);
    const decayed = multiplyAdd(decays, theta, v128.load(gradient));
    const moved = multiplyAdd(momentums, v128.load(velocity), decayed);
    v128.store(velocity + newVelocity, moved);
    const slope = isNesterov ? multiplyAdd(momentums, moved, decayed) : moved;
    v128.store(parameter + newParameter, multiplyAdd(descents, slope, theta));
  }
  for (; parameter < end; parameter += 4, velocity += 4, gradient += 4) {
    const theta = load<f32>(parameter);
    const decayed = load<f32>(gradient) + weightDecay * theta;
    const moved = momentum * load<f32>(velocity) + decayed;
    store<f32>(velocity + newVelocity, moved);
    store<f32>(parameter + newParameter, theta + descent * (isNesterov ? decayed + momentum * moved : moved));
  }
}

/** A strip's sum or sum of squares: float64. Each 1,024 elements are summed in float32, these sums in float64. */
export function sums(task: i32): void {
  const bytes = stripBytes(task, argument(Sums.count));
  const isSquared = argument(Sums.isSquared) != 0;
  let from = address(Sums.x) + stripStart(task);
  const end = from + bytes;
  let total: f64 = 0;
  while (from + 16 <= end) {
    const stop = min(from + 4096, end);
    let s0 = f32x4.splat(0);
    let s1 = s0;
    let s2 = s0;
    let s3 = s0;
    for (; from + 64 <= stop; from += 64) {
      const x0 = v128.load(from);
      const x1 = v128.load(from, 16);
      const x2 = v128.load(from, 32);
      const x3 = v128.load(from, 48);
      s0 = isSquared ? multiplyAdd(x0, x0, s0) : f32x4.add(x0, s0);
      s1 = isSquared ? multiplyAdd(x1, x1, s1) : f32x4.add(x1, s1);
      s2 = isSquared ? multiplyAdd(x2, x2, s2) : f32x4.add(x2, s2);
      s3 = isSquared ? multiplyAdd(x3, x3, s3) : f32x4.add(x3, s3);
    }
    for (; from + 16 <= stop; from += 16) {
      const x0 = v128.load(from);
      s0 = isSquared ? multiplyAdd(x0, x0, s0) : f32x4.add(x0, s0);
    }
    s0 = f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3));
    total += <f64>f32x4.extract_lane(s0, 0) + <f64>f32x4.extract_lane(s0, 1);
    total += <f64>f32x4.extract_lane(s0, 2) + <f64>f32x4.extract_lane(s0, 3);
  }
  for (; from < end; from += 4) {
    const x = <f64>load<f32>(from);
    total += isSquared ? x * x : x;
  }
  store<f64>(address(Sums.sums) + ((<usize>task) << 3), total);
}

import { argumentsAddress, failedAddress, floatArgumentsAddress } from './layout';

/** The number of the thread that this instance of the module belongs to; 0 is the host's own. */
let thread: i32 = 0;

export function setThread(number: i32): void {
  thread = number;
}

/** The argument of the kernel under way at a place that its family's table.ts names, as a whole number. */
export function argument(place: i32): i32 {
  return load<i32>(argumentsAddress + (place << 2));
}

export function address(place: i32): usize {
  return <usize>load<u32>(argumentsAddress + (place << 2));
}

export function floatArgument(place: i32): f32 {
  return load<f32>(floatArgumentsAddress + (place << 2));
}

/** The part of a scratch buffer that is this thread's own. */
export function ownScratch(scratch: usize, bytesPerThread: i32): usize {
  return scratch + <usize>thread * <usize>bytesPerThread;
}

/** Tells the host that a task found its input wrong. */
export function fail(): void {
  atomic.store<i32>(failedAddress, 1);
}

/** a·b + c, in one rounding where the processor has it and the engine offers it. */
export function multiplyAdd(a: v128, b: v128, c: v128): v128 {
  return ASC_FEATURE_RELAXED_SIMD ? f32x4.relaxed_madd(a, b, c) : f32x4.add(f32x4.mul(a, b), c);
}

/** Copies `bytes` (a multiple of 4) in steps of 16. */
export function copyFloats(to: usize, from: usize, bytes: usize): void {
  const whole = from + (bytes & ~15);
  const end = from + bytes;
  for (; from < whole; from += 16, to += 16) v128.store(to, v128.load(from));
  for (; from < end; from += 4, to += 4) store<f32>(to, load<f32>(from));
}

/** Stores the first `count` floats of a vector; all of them where there are 4 or more. */
export function storeFloats(to: usize, vector: v128, count: i32): void {
  if (count >= 4) {
    v128.store(to, vector);
    return;
  }
  if (count > 0) store<f32>(to, f32x4.extract_lane(vector, 0));
  if (count > 1) store<f32>(to, f32x4.extract_lane(vector, 1), 4);
  if (count > 2) store<f32>(to, f32x4.extract_lane(vector, 2), 8);
}

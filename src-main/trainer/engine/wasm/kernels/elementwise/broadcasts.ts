import { operationAdd, operationMultiply, operationSubtract, typeFloat32, typeInt32, typeInt64 } from '../layout';
import { address, argument } from '../task';
import { Binary, BinaryAxis } from './table';

function combine<T>(operation: i32, a: T, b: T): T {
  if (operation == operationAdd) return <T>(a + b);
  if (operation == operationSubtract) return <T>(a - b);
  if (operation == operationMultiply) return <T>(a * b);
  return <T>(a / b);
}

function combineFour(operation: i32, a: v128, b: v128): v128 {
  if (operation == operationAdd) return f32x4.add(a, b);
  if (operation == operationSubtract) return f32x4.sub(a, b);
  if (operation == operationMultiply) return f32x4.mul(a, b);
  return f32x4.div(a, b);
}

/** One row of the result: a and b step by one element or (a scalar) stay. */
function combineRow<T>(operation: i32, a: usize, b: usize, to: usize, count: i32, aSteps: bool, bSteps: bool): void {
  const size = sizeof<T>();
  const aStep: usize = aSteps ? size : 0;
  const bStep: usize = bSteps ? size : 0;
  const end = to + <usize>count * size;
  for (; to < end; to += size, a += aStep, b += bStep) {
    store<T>(to, combine<T>(operation, load<T>(a), load<T>(b)));
  }
}

function combineFloats(operation: i32, a: usize, b: usize, to: usize, count: i32, aSteps: bool, bSteps: bool): void {
  const end = to + ((<usize>count) << 2);
  if (count >= 4) {
    if (aSteps && bSteps) {
      for (; to + 16 <= end; to += 16, a += 16, b += 16) {
        v128.store(to, combineFour(operation, v128.load(a), v128.load(b)));
      }
    } else if (aSteps) {
      const scalar = v128.load_splat<f32>(b);
      for (; to + 16 <= end; to += 16, a += 16) v128.store(to, combineFour(operation, v128.load(a), scalar));
    } else if (bSteps) {
      const scalar = v128.load_splat<f32>(a);
      for (; to + 16 <= end; to += 16, b += 16) v128.store(to, combineFour(operation, scalar, v128.load(b)));
    }
  }
  const left = <i32>((end - to) >> 2);
  if (left > 0) combineRow<f32>(operation, a, b, to, left, aSteps, bSteps);
}

/** a ∘ b with a broadcast rule: rows of `count` elements, whose places in a and b follow from their number by the outer axes. */
export function binary(task: i32): void {
  const operation = argument(Binary.operation);
  const type = argument(Binary.type);
  const count = argument(Binary.count);
  const first = task * argument(Binary.rowsPerTask);
  const last = min(argument(Binary.rows), first + argument(Binary.rowsPerTask));
  const aSteps = argument(Binary.aStep) != 0;
  const bSteps = argument(Binary.bStep) != 0;
  const axes = argument(Binary.axes);
  const size: usize = type == typeInt64 ? 8 : type == typeFloat32 || type == typeInt32 ? 4 : 1;
  for (let row = first; row < last; row++) {
    let rest = row;
    let aPlace = 0;
    let bPlace = 0;
    for (let axis = 0; axis < axes; axis++) {
      const at = Binary.list + axis * BinaryAxis.words;
      const side = argument(at + BinaryAxis.side);
      const place = rest % side;
      rest /= side;
      aPlace += place * argument(at + BinaryAxis.aStride);
      bPlace += place * argument(at + BinaryAxis.bStride);
    }
    const a = address(Binary.a) + <usize>aPlace * size;
    const b = address(Binary.b) + <usize>bPlace * size;
    const to = address(Binary.to) + <usize>row * <usize>count * size;
    if (type == typeFloat32) combineFloats(operation, a, b, to, count, aSteps, bSteps);
    else if (type == typeInt32) combineRow<i32>(operation, a, b, to, count, aSteps, bSteps);
    else if (type == typeInt64) combineRow<i64>(operation, a, b, to, count, aSteps, bSteps);
    else combineRow<u8>(operation, a, b, to, count, aSteps, bSteps);
  }
}

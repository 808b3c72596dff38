import { elementCount } from '../ops.ts';
import { at, expectShape, type FloatArray, filled, type NumberArray } from './arrays.ts';

/** NumPy's rule: right-aligned, sides are equal or one of them is 1. */
const broadcastShape = (a: readonly number[], b: readonly number[]): readonly number[] => {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, axis) => {
    const sides = [a[axis + a.length - rank] ?? 1, b[axis + b.length - rank] ?? 1].filter((side) => side !== 1);
    const [side = 1, other = side] = sides;
    if (side !== other) throw new Error(`Shapes [${a.join(',')}] and [${b.join(',')}] do not broadcast.`);
    return side;
  });
};

/** From an index into `shape` to the index into a smaller array that is broadcast to it. */
const broadcastIndex = (from: readonly number[], shape: readonly number[]): ((index: number) => number) => {
  if (from.join() === shape.join()) return (index) => index;
  return (index) => {
    let rest = index;
    let stride = 1;
    let found = 0;
    for (let axis = 1; axis <= shape.length; axis++) {
      const side = at(shape, shape.length - axis);
      const ownSide = from[from.length - axis] ?? 1;
      if (ownSide !== 1) found += (rest % side) * stride;
      stride *= ownSide;
      rest = Math.floor(rest / side);
    }
    return found;
  };
};

/** `combine` on each pair of elements, the smaller array broadcast. */
export const elementwise = (a: NumberArray, b: NumberArray, combine: (a: number, b: number) => number): FloatArray => {
  const shape = broadcastShape(a.shape, b.shape);
  const indexInA = broadcastIndex(a.shape, shape);
  const indexInB = broadcastIndex(b.shape, shape);
  return filled(shape, (index) => combine(at(a.data, indexInA(index)), at(b.data, indexInB(index))));
};

export const map = (x: NumberArray, element: (value: number) => number): FloatArray =>
  filled(x.shape, (index) => element(at(x.data, index)));

export const relu = (x: FloatArray): FloatArray => map(x, (value) => Math.max(0, value));

export const reluGrad = (dy: FloatArray, y: FloatArray): FloatArray => {
  expectShape("A ReLU's gradient", dy.shape, y.shape);
  return elementwise(dy, y, (gradient, output) => (output > 0 ? gradient : 0));
};

export const scaleAdd = (x: FloatArray, factor: FloatArray, y: FloatArray): FloatArray => {
  expectShape("scaleAdd's factor", factor.shape, []);
  expectShape("scaleAdd's second array", y.shape, x.shape);
  const by = at(factor.data, 0);
  return elementwise(x, y, (first, second) => first * by + second);
};

export const sumOf = (x: FloatArray, term: (value: number) => number): number =>
  x.data.reduce((sum, value) => sum + term(value), 0);

export const scalar = (value: number): FloatArray => filled([], () => value);

/** Slices along axis 0: x [N, …], indices of shape S → [...S, …]. */
export const gather = (x: NumberArray, indices: NumberArray): FloatArray => {
  const [count = 0, ...sliceShape] = x.shape;
  const sliceSize = elementCount(sliceShape);
  for (const index of indices.data) {
    if (index < 0 || index >= count) throw new Error(`Slice ${index} was asked for, expected 0 to ${count - 1}.`);
  }
  return filled([...indices.shape, ...sliceShape], (index) => {
    const slice = at(indices.data, Math.floor(index / sliceSize));
    return at(x.data, slice * sliceSize + (index % sliceSize));
  });
};

/** Indices of the k largest of values [B], in falling order, ties by index. */
export const topK = (values: FloatArray, k: number): FloatArray => {
  if (values.shape.length !== 1 || k > values.data.length) {
    throw new Error(
      `The ${k} largest of shape [${values.shape.join(',')}] were asked for, expected at least ${k} values.`,
    );
  }
  const order = Array.from(values.data.keys()).sort((a, b) => at(values.data, b) - at(values.data, a) || a - b);
  return filled([k], (rank) => at(order, rank));
};

import { elementCount } from '../ops.ts';
import { at, expectShape, type FloatArray, filled } from './arrays.ts';
import { matMul } from './classification.ts';

/** How far apart in the data two neighbours along each axis lie. */
const stridesOf = (shape: readonly number[]): number[] => shape.map((_, axis) => elementCount(shape.slice(axis + 1)));

/** The place along each axis of the element at `index`. */
const placeOf = (index: number, shape: readonly number[]): number[] =>
  stridesOf(shape).map((stride, axis) => Math.floor(index / stride) % at(shape, axis));

const indexOf = (place: readonly number[], shape: readonly number[]): number =>
  stridesOf(shape).reduce((sum, stride, axis) => sum + stride * at(place, axis), 0);

/** Axis i of the result is axis `axes[i]` of x. */
export const transpose = (x: FloatArray, axes: readonly number[]): FloatArray => {
  expectShape(
    'The sorted axes',
    [...axes].sort((a, b) => a - b),
    [...x.shape.keys()],
  );
  const shape = axes.map((axis) => at(x.shape, axis));
  return filled(shape, (index) => {
    const place = placeOf(index, shape);
    return at(
      x.data,
      indexOf(
        x.shape.map((_, axis) => at(place, axes.indexOf(axis))),
        x.shape,
      ),
    );
  });
};

/** The block of `shape` from `begin` on. */
export const slice = (x: FloatArray, begin: readonly number[], shape: readonly number[]): FloatArray => {
  expectShape('The rank of a slice', [begin.length, shape.length], [x.shape.length, x.shape.length]);
  if (shape.some((side, axis) => at(begin, axis) < 0 || at(begin, axis) + side > at(x.shape, axis))) {
    throw new Error(`The block [${shape.join()}] from [${begin.join()}] on is not inside [${x.shape.join()}].`);
  }
  return filled(shape, (index) =>
    at(
      x.data,
      indexOf(
        placeOf(index, shape).map((place, axis) => place + at(begin, axis)),
        x.shape,
      ),
    ),
  );
};

/** Zeros around x. */
export const pad = (x: FloatArray, before: readonly number[], after: readonly number[]): FloatArray => {
  expectShape('The rank of a padding', [before.length, after.length], [x.shape.length, x.shape.length]);
  const padded = x.shape.map((side, axis) => at(before, axis) + side + at(after, axis));
  const y = filled(padded, () => 0);
  x.data.forEach((value, index) => {
    const place = placeOf(index, x.shape).map((own, axis) => own + at(before, axis));
    y.data[indexOf(place, padded)] = value;
  });
  return y;
};

/** Arrays [nᵢ, ...S] one after the other → [Σnᵢ, ...S]. */
export const concat = (arrays: readonly FloatArray[]): FloatArray => {
  const [first] = arrays;
  if (first === undefined) throw new Error('Nothing was concatenated, expected at least one tensor.');
  const rest = first.shape.slice(1);
  for (const { shape } of arrays) expectShape('A concatenated tensor', shape.slice(1), rest);
  const rows = arrays.reduce((sum, { shape }) => sum + (shape[0] ?? 0), 0);
  return { shape: [rows, ...rest], data: Float64Array.from(arrays.flatMap(({ data }) => [...data])) };
};

/** n arrays of shape S → [n, ...S]. */
export const pack = (arrays: readonly FloatArray[]): FloatArray => {
  const [first] = arrays;
  if (first === undefined) throw new Error('Nothing was packed, expected at least one tensor.');
  for (const { shape } of arrays) expectShape('A packed tensor', shape, first.shape);
  const packed = filled([arrays.length, ...first.shape], () => 0);
  arrays.forEach(({ data }, position) => {
    packed.data.set(data, position * data.length);
  });
  return packed;
};

/** [n, ...S] → n arrays of shape S. */
export const unpack = (x: FloatArray): FloatArray[] => {
  const [count = 0, ...shape] = x.shape;
  const size = elementCount(shape);
  return Array.from({ length: count }, (_, position) => ({
    shape,
    data: x.data.slice(position * size, (position + 1) * size),
  }));
};

/** a·b of the matrices in the last two axes. */
export const batchMatMul = (a: FloatArray, b: FloatArray, transposeA: boolean, transposeB: boolean): FloatArray => {
  const batch = a.shape.slice(0, -2);
  if (batch.length === 0) throw new Error(`Found the shape [${a.shape.join()}], expected at least three axes.`);
  expectShape('The batch axes of a factor', b.shape.slice(0, -2), batch);
  const matrices = ({ shape, data }: FloatArray): FloatArray[] =>
    unpack({ shape: [elementCount(batch), ...shape.slice(-2)], data });
  const others = matrices(b);
  const products = matrices(a).map((left, position) => {
    const right = others[position];
    if (right === undefined) throw new Error('A matrix has no partner.');
    return matMul(left, right, transposeA, transposeB);
  });
  const { shape, data } = pack(products);
  return { shape: [...batch, ...shape.slice(1)], data };
};

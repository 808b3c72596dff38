import { outputSide, type MaxPooling, type Pooling } from '../../../../src-main/trainer/engine/ops.ts';
import { drawer, floats, type OpCase, opCase } from '../opCase.ts';

const draw = drawer(3);

type Shape = readonly [number, number, number, number];

const pooledShape = ([batch, height, width, channels]: Shape, { size, stride, padding = 0 }: MaxPooling) => [
  batch,
  outputSide(height, size, stride, padding),
  outputSide(width, size, stride, padding),
  channels,
];

const maxPoolOf = (shape: Shape, pooling: MaxPooling): OpCase =>
  opCase({
    name: `maxPool of [${shape.join()}] by ${pooling.size}, stride ${pooling.stride}, padding ${pooling.padding ?? 0}`,
    inputs: { x: draw.distinct(shape), dy: draw.floats(pooledShape(shape, pooling)) },
    run(ops, { x, dy }) {
      const output = ops.maxPool(x, pooling);
      return { output, xGrad: ops.maxPoolGrad(dy, x, output, pooling) };
    },
    gradients: { x: 'xGrad' },
  });

const averagePoolOf = (shape: Shape, pooling: Pooling): OpCase =>
  opCase({
    name: `averagePool of [${shape.join()}] by ${pooling.size}, stride ${pooling.stride}`,
    inputs: { x: draw.floats(shape), dy: draw.floats(pooledShape(shape, pooling)) },
    run: (ops, { x, dy }) => ({
      output: ops.averagePool(x, pooling),
      xGrad: ops.averagePoolGrad(dy, shape, pooling),
    }),
    gradients: { x: 'xGrad' },
  });

/** [images, window, stride]: halves, remainders, overlap, gaps, whole images, single pixels. */
const sizes: readonly (readonly [Shape, number, number])[] = [
  [[2, 4, 4, 3], 2, 2],
  [[2, 5, 7, 2], 2, 2],
  [[2, 5, 5, 2], 3, 2],
  [[1, 4, 3, 2], 2, 1],
  [[2, 5, 5, 2], 1, 2],
  [[3, 4, 4, 2], 4, 4],
  [[1, 1, 1, 3], 1, 1],
];

/** Whole images of whole vectors of channels. */
const wholeImages: readonly Shape[] = [
  [3, 7, 7, 48],
  [20, 4, 4, 16],
  [1, 1, 1, 32],
];

const same = (shape: readonly number[], value: number) =>
  floats(
    shape,
    Array.from({ length: shape.reduce((product, side) => product * side, 1) }, () => value),
  );

export const poolingCases: readonly OpCase[] = [
  ...sizes.map(([shape, size, stride]) => maxPoolOf(shape, { size, stride })),
  maxPoolOf([2, 6, 6, 3], { size: 3, stride: 2, padding: 1 }),
  maxPoolOf([2, 5, 7, 2], { size: 3, stride: 2, padding: 1 }),
  maxPoolOf([1, 4, 4, 2], { size: 3, stride: 1, padding: 1 }),
  maxPoolOf([3, 1, 1, 2], { size: 3, stride: 2, padding: 1 }),
  opCase({
    // The windows of 2 around the corners hold one pixel of the image each, and −∞ else: all outputs are negative.
    name: 'maxPool pads with −∞, not with zeros',
    inputs: { x: floats([1, 2, 2, 1], [-4, -3, -1, -2]), dy: floats([1, 2, 2, 1], [5, 6, 7, 8]) },
    run(ops, { x, dy }) {
      const pooling = { size: 2, stride: 2, padding: 1 };
      const output = ops.maxPool(x, pooling);
      return { output, xGrad: ops.maxPoolGrad(dy, x, output, pooling) };
    },
    expected: { output: [-4, -3, -1, -2], xGrad: [5, 6, 7, 8] },
  }),
  ...sizes.map(([shape, size, stride]) => averagePoolOf(shape, { size, stride })),
  ...wholeImages.map((shape) => averagePoolOf(shape, { size: shape[1], stride: shape[1] })),
  opCase({
    name: 'maxPoolGrad gives a window without a positive value its gradient',
    inputs: { x: floats([1, 2, 2, 1], [-4, -3, -1, -2]), dy: floats([1, 1, 1, 1], [5]) },
    run(ops, { x, dy }) {
      const output = ops.maxPool(x, { size: 2, stride: 2 });
      return { output, xGrad: ops.maxPoolGrad(dy, x, output, { size: 2, stride: 2 }) };
    },
    expected: { output: [-1], xGrad: [0, 0, 5, 0] },
  }),
  opCase({
    name: 'maxPoolGrad gives the first of equal maxima all of the gradient, in overlapping windows too',
    inputs: { x: same([1, 3, 3, 1], 5), dy: floats([1, 2, 2, 1], [1, 2, 3, 4]) },
    run(ops, { x, dy }) {
      const output = ops.maxPool(x, { size: 2, stride: 1 });
      return { output, xGrad: ops.maxPoolGrad(dy, x, output, { size: 2, stride: 1 }) };
    },
    expected: { output: [5, 5, 5, 5], xGrad: [1, 2, 0, 3, 4, 0, 0, 0, 0] },
  }),
  opCase({
    name: 'averagePool over whole images is each channel’s mean',
    inputs: { x: floats([1, 2, 2, 2], [1, 10, 2, 20, 3, 30, 6, 40]) },
    run: (ops, { x }) => ({ output: ops.averagePool(x, { size: 2, stride: 2 }) }),
    expected: { output: [3, 25] },
  }),
];

import { drawer, floats, type OpCase, opCase } from '../opCase.ts';
import { outputSide } from '../../../../src-main/trainer/engine/ops.ts';

const draw = drawer(1);

/** [images, kernel side, output channels, stride, padding] */
type Sizes = readonly [[number, number, number, number], number, number, number, number];

const convolutionOf = ([shape, size, outputs, stride, padding]: Sizes, isSmall: boolean): OpCase => {
  const [batch, height, width, channels] = shape;
  const kernelShape = [size, size, channels, outputs];
  const outputShape = [
    batch,
    outputSide(height, size, stride, padding),
    outputSide(width, size, stride, padding),
    outputs,
  ];
  return opCase({
    name: `conv2d of [${shape.join()}] by ${size}×${size} to ${outputs}, stride ${stride}, padding ${padding}`,
    inputs: { x: draw.floats(shape), kernel: draw.floats(kernelShape), dy: draw.floats(outputShape) },
    run: (ops, { x, kernel, dy }) => ({
      output: ops.conv2d(x, kernel, { stride, padding }),
      xGrad: ops.conv2dInputGrad(dy, kernel, shape, { stride, padding }),
      xGradAdded: ops.conv2dInputGrad(dy, kernel, shape, { stride, padding }, x),
      kernelGrad: ops.conv2dFilterGrad(x, dy, kernelShape, { stride, padding }),
    }),
    ...(isSmall && { gradients: { x: 'xGrad', kernel: 'kernelGrad' } }),
  });
};

const small: readonly Sizes[] = [
  [[2, 5, 5, 3], 3, 4, 1, 1],
  [[2, 6, 6, 2], 3, 3, 2, 1],
  [[2, 7, 5, 2], 3, 3, 2, 1],
  [[2, 5, 4, 2], 3, 3, 1, 0],
  [[2, 6, 7, 2], 3, 2, 2, 0],
  [[2, 3, 4, 3], 1, 4, 1, 0],
  [[2, 6, 5, 3], 1, 4, 2, 0],
  [[2, 3, 3, 2], 1, 2, 1, 1],
  [[2, 4, 3, 2], 1, 2, 2, 1],
  [[1, 1, 1, 3], 3, 2, 1, 1],
  [[1, 1, 1, 3], 3, 2, 2, 1],
  [[3, 2, 2, 1], 3, 1, 2, 1],
  [[1, 1, 1, 1], 1, 1, 1, 0],
  [[1, 5, 5, 2], 5, 2, 1, 2],
  [[1, 9, 9, 2], 7, 2, 2, 3],
];

/** Of the sizes that models have, where an engine's fast paths are; too many elements for finite differences. */
const large: readonly Sizes[] = [
  [[4, 16, 16, 16], 3, 16, 1, 1],
  [[3, 16, 16, 16], 3, 32, 2, 1],
  [[5, 9, 9, 16], 1, 32, 2, 0],
  [[3, 8, 6, 128], 1, 48, 2, 0],
  // Winograd's tiles of 4×4 and 8×8 with a part outside of the image, panels of 32 channels that are not full, several blocks of tiles.
  [[2, 7, 6, 32], 3, 48, 1, 1],
  [[1, 4, 4, 160], 3, 64, 1, 1],
  [[9, 13, 18, 16], 3, 16, 1, 1],
  [[2, 8, 8, 32], 3, 48, 2, 1],
  [[1, 4, 4, 160], 3, 64, 2, 1],
  [[9, 15, 18, 16], 3, 16, 2, 1],
  [[3, 1, 2, 16], 3, 16, 2, 1],
  // Few channels: direct sums.
  [[3, 9, 7, 1], 3, 32, 1, 1],
  [[2, 6, 5, 3], 3, 64, 1, 1],
  [[2, 5, 6, 2], 3, 48, 1, 1],
  // Filters that take more room than the inputs, and then the other way round.
  [[10, 4, 4, 16], 3, 512, 1, 1],
  [[1, 4, 4, 512], 3, 16, 2, 1],
  [[2, 32, 32, 3], 7, 16, 2, 3],
  [[2, 32, 32, 3], 16, 24, 16, 0],
];

/** What a convolution and batch normalisation with given statistics make in one op, with what may follow. */
const normalisedOf = (
  [shape, size, outputs, stride, padding]: Sizes,
  after: 'nothing' | 'ReLU' | 'residual',
): OpCase => {
  const channels = [outputs];
  const sides = shape.slice(1, 3).map((side) => outputSide(side, size, stride, padding));
  return opCase({
    name: `conv2d of [${shape.join()}] by ${size}×${size} to ${outputs}, stride ${stride}, normalised, then ${after}`,
    inputs: {
      x: draw.floats(shape),
      kernel: draw.floats([size, size, shape[3], outputs]),
      scale: draw.floats(channels, -2, 2),
      offset: draw.floats(channels),
      mean: draw.floats(channels),
      variance: draw.floats(channels, 0.5, 2),
      residual: draw.floats([shape[0], ...sides, outputs]),
    },
    run: (ops, { x, kernel, scale, offset, mean, variance, residual }) => ({
      output: ops.conv2d(
        x,
        kernel,
        { stride, padding },
        {
          ...{ scale, offset, running: { mean, variance }, epsilon: 1e-5 },
          relu: after === 'nothing' ? undefined : { residual: after === 'residual' ? residual : null },
        },
      ),
    }),
  });
};

const normalised: readonly Sizes[] = [
  [[2, 5, 5, 3], 3, 4, 1, 1],
  [[9, 13, 18, 16], 3, 16, 1, 1],
  [[2, 8, 9, 32], 3, 48, 2, 1],
  [[10, 4, 4, 16], 3, 512, 1, 1],
  [[4, 7, 6, 1], 3, 16, 1, 1],
  [[5, 9, 9, 16], 1, 32, 2, 0],
  [[3, 6, 7, 32], 1, 48, 1, 0],
];

const image = floats([1, 3, 3, 1], [1, 2, 3, 4, 5, 6, 7, 8, 9]);

export const convolutionCases: readonly OpCase[] = [
  ...small.map((sizes) => convolutionOf(sizes, true)),
  ...large.map((sizes) => convolutionOf(sizes, false)),
  ...normalised.flatMap((sizes) =>
    (['nothing', 'ReLU', 'residual'] as const).map((after) => normalisedOf(sizes, after)),
  ),
  opCase({
    // Two pixels by the matrix [[1, −1]] are (2, −2) and (3, −3). Mean 1, 1/√(3 + 1) = ½, ·4 + 1: (3, −5) and (5, −7).
    name: 'conv2d normalised with ReLU and residual by hand',
    inputs: {
      pixels: floats([1, 1, 2, 1], [2, 3]),
      kernel: floats([1, 1, 1, 2], [1, -1]),
      scale: floats([2], [4, 4]),
      ones: floats([2], [1, 1]),
      residual: floats([1, 1, 2, 2], [-4, 6, 1, 6]),
    },
    run: (ops, { pixels, kernel, scale, ones, residual }) => ({
      output: ops.conv2d(
        pixels,
        kernel,
        { stride: 1, padding: 0 },
        { ...{ scale, offset: ones, running: { mean: ones, variance: ones }, epsilon: 3 }, relu: { residual } },
      ),
    }),
    expected: { output: [0, 1, 6, 0] },
  }),
  opCase({
    name: 'conv2d with ones adds each pixel and its neighbours inside the image',
    inputs: {
      image,
      kernel: floats(
        [3, 3, 1, 1],
        Array.from({ length: 9 }, () => 1),
      ),
    },
    run: (ops, { image, kernel }) => ({
      everyPixel: ops.conv2d(image, kernel, { stride: 1, padding: 1 }),
      everySecond: ops.conv2d(image, kernel, { stride: 2, padding: 1 }),
      inside: ops.conv2d(image, kernel, { stride: 1, padding: 0 }),
    }),
    expected: { everyPixel: [12, 21, 16, 27, 45, 33, 24, 39, 28], everySecond: [12, 16, 24, 28], inside: [45] },
  }),
  opCase({
    name: 'conv2d does not flip its kernel: the first tap alone fetches the upper left neighbour',
    inputs: { image, kernel: floats([3, 3, 1, 1], [1, 0, 0, 0, 0, 0, 0, 0, 0]) },
    run: (ops, { image, kernel }) => ({ shifted: ops.conv2d(image, kernel, { stride: 1, padding: 1 }) }),
    expected: { shifted: [0, 0, 0, 0, 1, 2, 0, 4, 5] },
  }),
  opCase({
    name: 'conv2d by 1×1 multiplies each pixel by the matrix [inputs, outputs]',
    inputs: { pixels: floats([1, 1, 2, 2], [1, 2, 3, 4]), kernel: floats([1, 1, 2, 3], [1, 0, 2, 0, 1, 3]) },
    run: (ops, { pixels, kernel }) => ({ output: ops.conv2d(pixels, kernel, { stride: 1, padding: 0 }) }),
    expected: { output: [1, 2, 8, 3, 4, 18] },
  }),
];

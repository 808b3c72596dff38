import type { BatchNormGradients, Tensor } from '../../../../src-main/trainer/engine/ops.ts';
import { disposeAll, drawer, floats, type Input, type OpCase, opCase } from '../opCase.ts';

const draw = drawer(2);

type Shape = readonly [number, number, number, number];

const epsilon = 1e-5;

const batchNormOf = (shape: Shape, low = -1, high = 1): OpCase => {
  const channels = [shape[3]];
  return opCase({
    name: `batchNorm of [${shape.join()}] in ${low} to ${high}`,
    inputs: {
      x: draw.floats(shape, low, high),
      scale: draw.floats(channels, 0.5, 2),
      offset: draw.floats(channels),
      mean: draw.floats(channels),
      variance: draw.floats(channels, 0.5, 2),
      dy: draw.floats(shape),
    },
    run(ops, { x, scale, offset, mean, variance, dy }) {
      const { output, runningMean, runningVariance, saved } = ops.batchNorm(
        x,
        scale,
        offset,
        { mean, variance },
        { epsilon, momentum: 0.1 },
      );
      const { input: xGrad, scale: scaleGrad, offset: offsetGrad } = ops.batchNormGrad(dy, x, scale, saved, epsilon);
      disposeAll(ops, saved);
      return { output, runningMean, runningVariance, xGrad, scaleGrad, offsetGrad };
    },
    gradients: { x: 'xGrad', scale: 'scaleGrad', offset: 'offsetGrad' },
  });
};

/** What follows in the same op, besides a ReLU. */
type Fused = 'residual' | 'pooling' | null;

/** Offsets, each moved a little where a value lay so near its ReLU's kink that an engine's rounding would decide between gradients. */
const clearOfKinks = (offset: Input, scale: Input, x: Input, residual: Input | null, epsilon: number): Input => {
  const channels = offset.data.length;
  const rows = x.data.length / channels;
  const at = ({ data }: Input, index: number): number => data[index] ?? NaN;
  const cleared = Array.from(offset.data, (start, channel) => {
    const values = Array.from({ length: rows }, (_, row) => at(x, row * channels + channel));
    const mean = values.reduce((sum, value) => sum + value, 0) / rows;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / rows;
    const before = values.map(
      (value, row) =>
        (at(scale, channel) * (value - mean)) / Math.sqrt(variance + epsilon) +
        (residual === null ? 0 : at(residual, row * channels + channel)),
    );
    let shifted = start;
    while (before.some((value) => Math.abs(value + shifted) < 1e-4)) shifted += 3e-4;
    return shifted;
  });
  return floats(offset.shape, cleared);
};

/** With a ReLU after it, and more or nothing. The many rows of large shapes are for the engines; differences would take too long. */
const fusedOf = (shape: Shape, fused: Fused, isLarge = false): OpCase => {
  const channels = [shape[3]];
  const hasResidual = fused === 'residual';
  const pooling = fused === 'pooling' ? { size: 2, stride: 2 } : undefined;
  const inputs = {
    x: draw.floats(shape, 2, 5),
    scale: draw.floats(channels, -2, 2),
    offset: draw.floats(channels),
    mean: draw.floats(channels),
    variance: draw.floats(channels, 0.5, 2),
    residual: draw.floats(shape),
  };
  return opCase({
    name: `batchNorm of [${shape.join()}] with ReLU${fused === null ? '' : ` and ${fused}`}`,
    inputs: {
      ...inputs,
      offset: clearOfKinks(inputs.offset, inputs.scale, inputs.x, hasResidual ? inputs.residual : null, epsilon),
      dy: draw.floats(pooling === undefined ? shape : [shape[0], shape[1] >> 1, shape[2] >> 1, shape[3]]),
    },
    run(ops, { x, scale, offset, mean, variance, residual, dy }) {
      const running = { mean, variance };
      const relu = { residual: hasResidual ? residual : null, pooling };
      const { saved, ...made } = ops.batchNorm(x, scale, offset, running, { epsilon, momentum: 0.1 }, relu);
      const back = { output: made.output, hasResidual, pooling };
      const named = (prefix: string, gradients: BatchNormGradients) =>
        Object.fromEntries(
          Object.entries(gradients).map(([name, tensor]: [string, Tensor]) => [prefix + name, tensor]),
        );
      const gradients = {
        ...named('', ops.batchNormGrad(dy, x, scale, saved, epsilon, back)),
        ...named('frozen ', ops.batchNormFrozenGrad(dy, x, scale, saved, epsilon, back)),
      };
      disposeAll(ops, saved);
      return { ...made, ...gradients, inferred: ops.batchNormInference(x, scale, offset, running, epsilon, relu) };
    },
    ...(isLarge
      ? {}
      : {
          gradients: { x: 'input', scale: 'scale', offset: 'offset', ...(hasResidual ? { residual: 'residual' } : {}) },
        }),
  });
};

export const normalizationCases: readonly OpCase[] = [
  batchNormOf([4, 3, 3, 2]),
  batchNormOf([3, 5, 3, 1]),
  batchNormOf([1, 3, 5, 2]),
  batchNormOf([6, 1, 1, 3]),
  batchNormOf([4, 4, 4, 2], 9, 11),
  batchNormOf([2, 2, 3, 16], 9, 11),
  ...([null, 'residual', 'pooling'] as const).flatMap((fused) => [
    fusedOf([4, 3, 3, 2], fused),
    fusedOf([2, 2, 3, 16], fused),
    fusedOf([9, 17, 13, 16], fused, true),
    fusedOf([3, 4, 4, 80], fused, true),
    fusedOf([5, 5, 5, 512], fused, true),
  ]),
  opCase({
    // Mean 2, variance 1, so x̂ = ∓½ and 2·x̂ + 10 = 9 and 11; minus 10 that is −1 and 1, of which the ReLU lets 1 through.
    name: 'batchNorm with ReLU and residual by hand',
    inputs: {
      x: floats([2, 1, 1, 1], [1, 3]),
      scale: floats([1], [2]),
      offset: floats([1], [10]),
      ones: floats([1], [1]),
      residual: floats([2, 1, 1, 1], [-10, -10]),
      dy: floats([2, 1, 1, 1], [5, 7]),
    },
    run(ops, { x, scale, offset, ones, residual, dy }) {
      const settings = { epsilon: 3, momentum: 0.1 };
      const running = { mean: ones, variance: ones };
      const { output, runningMean, runningVariance, saved } = ops.batchNorm(x, scale, offset, running, settings, {
        residual,
      });
      const gradients = ops.batchNormFrozenGrad(dy, x, scale, saved, 3, { output, hasResidual: true });
      disposeAll(ops, [runningMean, runningVariance, ...saved]);
      return { output, ...gradients };
    },
    // ∂/∂residual = (0, 7), ∂/∂x = 2·½·that, ∂/∂scale = ½·7, ∂/∂offset = 7.
    expected: { output: [0, 1], residual: [0, 7], input: [0, 7], scale: [3.5], offset: [7] },
  }),
  opCase({
    name: 'batchNorm of a single row gives the offset, no gradient, and 0 to the running variance',
    inputs: {
      x: floats([1, 1, 1, 2], [3, -4]),
      scale: floats([2], [2, 5]),
      offset: floats([2], [7, 8]),
      ones: floats([2], [1, 1]),
    },
    run(ops, { x, scale, offset, ones }) {
      const { output, runningMean, runningVariance, saved } = ops.batchNorm(
        x,
        scale,
        offset,
        { mean: ones, variance: ones },
        { epsilon: 1e-5, momentum: 0.5 },
      );
      const { input: xGrad, scale: scaleGrad, offset: offsetGrad } = ops.batchNormGrad(x, x, scale, saved, 1e-5);
      disposeAll(ops, saved);
      return { output, runningMean, runningVariance, xGrad, scaleGrad, offsetGrad };
    },
    expected: {
      output: [7, 8],
      runningMean: [2, -1.5],
      runningVariance: [0.5, 0.5],
      xGrad: [0, 0],
      scaleGrad: [0, 0],
      offsetGrad: [3, -4],
    },
  }),
  opCase({
    // Mean 2, variance 1, so x̂ = (x − 2)/√(1 + 3) = ∓½: ∂/∂x = 2·½·dy, ∂/∂scale = −½·5 + ½·7, ∂/∂offset = 5 + 7.
    name: 'batchNormFrozenGrad takes the statistics for constants',
    inputs: {
      x: floats([2, 1, 1, 1], [1, 3]),
      scale: floats([1], [2]),
      offset: floats([1], [10]),
      ones: floats([1], [1]),
      dy: floats([2, 1, 1, 1], [5, 7]),
    },
    run(ops, { x, scale, offset, ones, dy }) {
      const settings = { epsilon: 3, momentum: 0.1 };
      const { output, runningMean, runningVariance, saved } = ops.batchNorm(
        x,
        scale,
        offset,
        { mean: ones, variance: ones },
        settings,
      );
      const { input, scale: scaleGrad, offset: offsetGrad } = ops.batchNormFrozenGrad(dy, x, scale, saved, 3);
      disposeAll(ops, [output, runningMean, runningVariance, ...saved]);
      return { xGrad: input, scaleGrad, offsetGrad };
    },
    expected: { xGrad: [5, 7], scaleGrad: [1], offsetGrad: [12] },
  }),
  opCase({
    // Mean 2, biased variance 1, so 1/√(1 + 3) = ½; unbiased variance 2. Running: ¾·4 + ¼·2 and ¾·8 + ¼·2.
    name: 'batchNorm normalises with the biased variance and keeps the unbiased one',
    inputs: {
      x: floats([2, 1, 1, 1], [1, 3]),
      scale: floats([1], [2]),
      offset: floats([1], [10]),
      mean: floats([1], [4]),
      variance: floats([1], [8]),
    },
    run(ops, { x, scale, offset, mean, variance }) {
      const { saved, ...others } = ops.batchNorm(x, scale, offset, { mean, variance }, { epsilon: 3, momentum: 0.25 });
      disposeAll(ops, saved);
      return { ...others };
    },
    expected: { output: [9, 11], runningMean: [3.5], runningVariance: [6.5] },
  }),
  opCase({
    // (6 − 4)/√(13 + 3)·2 + 10
    name: 'batchNormInference normalises with what it is given',
    inputs: {
      x: floats([1, 1, 1, 1], [6]),
      scale: floats([1], [2]),
      offset: floats([1], [10]),
      mean: floats([1], [4]),
      variance: floats([1], [13]),
    },
    run: (ops, { x, scale, offset, mean, variance }) => ({
      output: ops.batchNormInference(x, scale, offset, { mean, variance }, 3),
    }),
    expected: { output: [11] },
  }),
  opCase({
    name: 'batchNormInference of [3,5,4,3]',
    inputs: {
      x: draw.floats([3, 5, 4, 3]),
      scale: draw.floats([3]),
      offset: draw.floats([3]),
      mean: draw.floats([3]),
      variance: draw.floats([3], 0.1, 2),
    },
    run: (ops, { x, scale, offset, mean, variance }) => ({
      output: ops.batchNormInference(x, scale, offset, { mean, variance }, 1e-5),
    }),
  }),
];

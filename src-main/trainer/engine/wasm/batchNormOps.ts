import type { Ops, Tensor } from '../ops.ts';
import { channelMoments, gradientSums, inputGradient, normalise } from './batchNorms.ts';
import type { Operands } from './operands.ts';
import { expectShape, rowsAndChannels } from './shapes.ts';

type BatchNormOps = Pick<Ops, 'batchNorm' | 'batchNormInference' | 'batchNormGrad' | 'batchNormFrozenGrad'>;

export const batchNormOps = ({ pool, floats, addressOf, values, vector, made }: Operands): BatchNormOps => {
  /** The vectors [C] of a batch normalisation. */
  const channelVectors = (channels: number, vectors: readonly Tensor[]): Float32Array[] =>
    vectors.map((tensor) => {
      expectShape("A batch normalisation's vector", tensor.shape, [channels]);
      return values(floats(tensor));
    });

  /** What both gradients of a batch normalisation need. */
  const batchNormGradParts = (dy: Tensor, x: Tensor, scale: Tensor, saved: readonly Tensor[]) => {
    const [gradient, input] = [floats(dy), floats(x)];
    expectShape("A batch normalisation's gradient", dy.shape, x.shape);
    const { rows, channels } = rowsAndChannels(x.shape);
    const [meanTensor] = saved;
    const [factors, mean, inverse] = channelVectors(channels, [scale, ...saved]);
    if (!factors || !mean || !inverse || !meanTensor) throw new Error('A gradient needs what batchNorm saved.');
    const meanAddress = addressOf(meanTensor);
    const { sums, products } = gradientSums(pool, gradient.address, input.address, meanAddress, rows, channels);
    return {
      rows,
      channels,
      mean,
      inverse,
      factor: Float64Array.from(factors, (value, channel) => value * (inverse[channel] ?? NaN)),
      sums,
      products,
      scaleGrad: products.map((product, channel) => product * (inverse[channel] ?? NaN)),
    };
  };

  return {
    batchNorm(x, scale, offset, running, { epsilon, momentum }) {
      const { address } = floats(x);
      const { rows, channels } = rowsAndChannels(x.shape);
      const moments = channelMoments(pool, address, rows, channels);
      const inverse = moments.squares.map((square) => 1 / Math.sqrt(square / rows + epsilon));
      const [factors, offsets, oldMean, oldVariance] = channelVectors(channels, [
        scale,
        offset,
        running.mean,
        running.variance,
      ]).map((vectorOf) => Float64Array.from(vectorOf));
      if (!factors || !offsets || !oldMean || !oldVariance) throw new Error('Batch normalisation needs four vectors.');
      const blend = (old: Float64Array, batch: Float64Array): Tensor =>
        vector(old.map((value, channel) => (1 - momentum) * value + momentum * (batch[channel] ?? NaN)));
      const factor = factors.map((value, channel) => value * (inverse[channel] ?? NaN));
      return {
        output: made('batchNorm', x.shape, (to) => {
          normalise(pool, address, to, [moments.mean, factor, offsets], rows, channels);
        }),
        runningMean: blend(oldMean, moments.mean),
        runningVariance: blend(
          oldVariance,
          moments.squares.map((square) => square / Math.max(1, rows - 1)),
        ),
        saved: [vector(moments.mean), vector(inverse)],
      };
    },
    batchNormInference(x, scale, offset, running, epsilon) {
      const { address } = floats(x);
      const { rows, channels } = rowsAndChannels(x.shape);
      const [factors, offsets, mean, variance] = channelVectors(channels, [
        scale,
        offset,
        running.mean,
        running.variance,
      ]);
      if (!factors || !offsets || !mean || !variance) throw new Error('Batch normalisation needs four vectors.');
      const factor = Float64Array.from(
        factors,
        (value, channel) => value / Math.sqrt((variance[channel] ?? NaN) + epsilon),
      );
      return made('batchNormInference', x.shape, (to) => {
        normalise(pool, address, to, [mean, factor, offsets], rows, channels);
      });
    },
    batchNormGrad(dy, x, scale, saved) {
      const parts = batchNormGradParts(dy, x, scale, saved);
      const { rows, channels, mean, inverse, factor, sums, products } = parts;
      const meanDy = sums.map((sum) => sum / rows);
      const slope = products.map((product, channel) => (product / rows) * (inverse[channel] ?? NaN) ** 2);
      return {
        input: made('batchNormGrad', x.shape, (to) => {
          inputGradient(
            pool,
            { dy: addressOf(dy), x: addressOf(x), to },
            [mean, factor, meanDy, slope],
            rows,
            channels,
          );
        }),
        scale: vector(parts.scaleGrad),
        offset: vector(sums),
      };
    },
    batchNormFrozenGrad(dy, x, scale, saved) {
      const { rows, channels, factor, sums, scaleGrad } = batchNormGradParts(dy, x, scale, saved);
      const zeros = new Float64Array(channels);
      return {
        input: made('batchNormFrozenGrad', x.shape, (to) => {
          normalise(pool, addressOf(dy), to, [zeros, factor, zeros], rows, channels);
        }),
        scale: vector(scaleGrad),
        offset: vector(sums),
      };
    },
  };
};

import { at, expectShape, type FloatArray, filled } from './arrays.ts';
import { channelSums, mapChannels, rowsOf } from './channels.ts';

export interface Statistics {
  readonly mean: FloatArray;
  readonly variance: FloatArray;
}

const inverseDeviation = (variance: FloatArray, epsilon: number): FloatArray =>
  filled(variance.shape, (channel) => 1 / Math.sqrt(at(variance.data, channel) + epsilon));

/** (x − mean)·inverse·scale + offset, each of the four [C]. */
const normalise = (
  x: FloatArray,
  mean: FloatArray,
  inverse: FloatArray,
  scale: FloatArray,
  offset: FloatArray,
): FloatArray => {
  for (const vector of [mean, inverse, scale, offset]) {
    expectShape("A batch normalisation's vector", vector.shape, [rowsOf(x).channels]);
  }
  return mapChannels(
    x,
    (value, channel) =>
      (value - at(mean.data, channel)) * at(inverse.data, channel) * at(scale.data, channel) + at(offset.data, channel),
  );
};

/**
 * Batch normalisation in training. The biased variance normalises, the unbiased one goes to the running variance (of a single
 * row, where it does not exist, the biased one: 0).
 * @returns saved - mean and inverse deviation [C] of the batch.
 */
export const batchNorm = (
  x: FloatArray,
  scale: FloatArray,
  offset: FloatArray,
  running: Statistics,
  { epsilon, momentum }: { readonly epsilon: number; readonly momentum: number },
): { readonly output: FloatArray; readonly running: Statistics; readonly saved: readonly [FloatArray, FloatArray] } => {
  const { rows, channels } = rowsOf(x);
  const sums = channelSums(x, (value) => value);
  const mean = filled([channels], (channel) => at(sums.data, channel) / rows);
  const squares = channelSums(x, (value, _index, channel) => (value - at(mean.data, channel)) ** 2);
  const biased = filled([channels], (channel) => at(squares.data, channel) / rows);
  const unbiased = filled([channels], (channel) => at(squares.data, channel) / Math.max(1, rows - 1));
  const inverse = inverseDeviation(biased, epsilon);
  const blend = (old: FloatArray, batch: FloatArray): FloatArray =>
    filled([channels], (channel) => (1 - momentum) * at(old.data, channel) + momentum * at(batch.data, channel));
  return {
    output: normalise(x, mean, inverse, scale, offset),
    running: { mean: blend(running.mean, mean), variance: blend(running.variance, unbiased) },
    saved: [mean, inverse],
  };
};

export const batchNormInference = (
  x: FloatArray,
  scale: FloatArray,
  offset: FloatArray,
  { mean, variance }: Statistics,
  epsilon: number,
): FloatArray => normalise(x, mean, inverseDeviation(variance, epsilon), scale, offset);

/**
 * With x̂ = (x − mean)·inverse: ∂/∂x = scale·inverse·(dy − mean of dy − x̂·mean of dy·x̂), and with frozen statistics just
 * scale·inverse·dy. @see Ioffe & Szegedy 2015, section 3
 */
export const batchNormGrad = (
  dy: FloatArray,
  x: FloatArray,
  scale: FloatArray,
  mean: FloatArray,
  inverse: FloatArray,
  isFrozen: boolean,
): { readonly input: FloatArray; readonly scale: FloatArray; readonly offset: FloatArray } => {
  expectShape("A batch normalisation's gradient", dy.shape, x.shape);
  const { rows } = rowsOf(x);
  const normalised = mapChannels(x, (value, channel) => (value - at(mean.data, channel)) * at(inverse.data, channel));
  const dOffset = channelSums(dy, (gradient) => gradient);
  const dScale = channelSums(dy, (gradient, index) => gradient * at(normalised.data, index));
  const input = mapChannels(dy, (gradient, channel, index) => {
    const centred = isFrozen
      ? gradient
      : gradient - at(dOffset.data, channel) / rows - (at(normalised.data, index) * at(dScale.data, channel)) / rows;
    return at(scale.data, channel) * at(inverse.data, channel) * centred;
  });
  return { input, scale: dScale, offset: dOffset };
};

import { at, expectShape, type FloatArray, filled } from './arrays.ts';
import { channelSums, mapChannels, rowsOf } from './channels.ts';

/** x [..., C] → the mean of each row along the last axis, in order. */
const rowMeans = (x: FloatArray): Float64Array => {
  const { rows, channels } = rowsOf(x);
  const means = new Float64Array(rows);
  for (let index = 0; index < x.data.length; index++) {
    const row = Math.floor(index / channels);
    means[row] = at(means, row) + at(x.data, index) / channels;
  }
  return means;
};

/**
 * x̂ = (x − mean)/√(variance + epsilon) of each row, output = x̂·scale + offset. @see Ba et al. 2016
 * @returns saved - x̂, and 1/√(variance + epsilon) of each row.
 */
export const layerNorm = (
  x: FloatArray,
  scale: FloatArray,
  offset: FloatArray,
  epsilon: number,
): { readonly output: FloatArray; readonly saved: readonly [FloatArray, FloatArray] } => {
  const { channels } = rowsOf(x);
  for (const vector of [scale, offset]) expectShape("A layer normalisation's vector", vector.shape, [channels]);
  const means = rowMeans(x);
  const centred = filled(x.shape, (index) => at(x.data, index) - at(means, Math.floor(index / channels)));
  const variances = rowMeans(filled(x.shape, (index) => at(centred.data, index) ** 2));
  const inverse = filled([...x.shape.slice(0, -1), 1], (row) => 1 / Math.sqrt(at(variances, row) + epsilon));
  const normalised = filled(
    x.shape,
    (index) => at(centred.data, index) * at(inverse.data, Math.floor(index / channels)),
  );
  const output = mapChannels(
    normalised,
    (value, channel) => value * at(scale.data, channel) + at(offset.data, channel),
  );
  return { output, saved: [normalised, inverse] };
};

/** With g = dy·scale: ∂/∂x = inverse·(g − mean of g − x̂·mean of g·x̂), the means along each row. */
export const layerNormGrad = (
  dy: FloatArray,
  scale: FloatArray,
  normalised: FloatArray,
  inverse: FloatArray,
): { readonly input: FloatArray; readonly scale: FloatArray; readonly offset: FloatArray } => {
  expectShape("A layer normalisation's gradient", dy.shape, normalised.shape);
  const { channels } = rowsOf(dy);
  const scaled = mapChannels(dy, (gradient, channel) => gradient * at(scale.data, channel));
  const means = rowMeans(scaled);
  const slopes = rowMeans(filled(dy.shape, (index) => at(scaled.data, index) * at(normalised.data, index)));
  const input = filled(dy.shape, (index) => {
    const row = Math.floor(index / channels);
    return (
      at(inverse.data, row) * (at(scaled.data, index) - at(means, row) - at(normalised.data, index) * at(slopes, row))
    );
  });
  return {
    input,
    scale: channelSums(dy, (gradient, index) => gradient * at(normalised.data, index)),
    offset: channelSums(dy, (gradient) => gradient),
  };
};

import { at, expectShape, type FloatArray, filled, zeros } from './arrays.ts';

/** The length C of the last axis, and how many such rows there are. */
export const rowsOf = (x: FloatArray): { readonly rows: number; readonly channels: number } => {
  const channels = x.shape.at(-1);
  if (channels === undefined || channels === 0)
    throw new Error('Found a tensor without channels, expected at least one.');
  return { rows: x.data.length / channels, channels };
};

/** x [..., C] → Σ over all axes but the last of `term(element, channel)` → [C]. */
export const channelSums = (
  x: FloatArray,
  term: (element: number, index: number, channel: number) => number,
): FloatArray => {
  const { channels } = rowsOf(x);
  const sums = zeros([channels]);
  for (let index = 0; index < x.data.length; index++) {
    const channel = index % channels;
    sums.data[channel] = at(sums.data, channel) + term(at(x.data, index), index, channel);
  }
  return sums;
};

/** Each element of x [..., C] with its channel's number → the same shape. */
export const mapChannels = (
  x: FloatArray,
  element: (value: number, channel: number, index: number) => number,
): FloatArray => {
  const { channels } = rowsOf(x);
  return filled(x.shape, (index) => element(at(x.data, index), index % channels, index));
};

export const biasAdd = (x: FloatArray, bias: FloatArray): FloatArray => {
  expectShape('A bias', bias.shape, [rowsOf(x).channels]);
  return mapChannels(x, (value, channel) => value + at(bias.data, channel));
};

export const biasAddGrad = (dy: FloatArray): FloatArray => channelSums(dy, (value) => value);

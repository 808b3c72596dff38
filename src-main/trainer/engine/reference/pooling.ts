import type { MaxPooling, Pooling } from '../ops.ts';
import { at, expectShape, type FloatArray, fourSides, zeros } from './arrays.ts';
import { forEachTap, type Window, windowedShape } from './windows.ts';

const windowOf = (pooling: MaxPooling): Window => ({ padding: 0, ...pooling });

/** Cells outside of the image are no maximum. */
export const maxPool = (x: FloatArray, pooling: MaxPooling): FloatArray => {
  const [, , , channels] = fourSides(x.shape);
  const y = zeros(windowedShape(x.shape, windowOf(pooling), channels));
  y.data.fill(-Infinity);
  forEachTap(x.shape, windowOf(pooling), (pixel, _tap, outputPixel) => {
    for (let channel = 0; channel < channels; channel++) {
      const cell = outputPixel * channels + channel;
      y.data[cell] = Math.max(at(y.data, cell), at(x.data, pixel * channels + channel));
    }
  });
  return y;
};

/** Each output's gradient goes to the first tap that holds the maximum. */
export const maxPoolGrad = (dy: FloatArray, x: FloatArray, y: FloatArray, pooling: MaxPooling): FloatArray => {
  const [, , , channels] = fourSides(x.shape);
  expectShape("A max pool's output", y.shape, windowedShape(x.shape, windowOf(pooling), channels));
  expectShape("A max pool's gradient", dy.shape, y.shape);
  const dx = zeros(x.shape);
  const isGiven = new Uint8Array(y.data.length);
  forEachTap(x.shape, windowOf(pooling), (pixel, _tap, outputPixel) => {
    for (let channel = 0; channel < channels; channel++) {
      const from = outputPixel * channels + channel;
      const to = pixel * channels + channel;
      if (isGiven[from] === 1 || x.data[to] !== y.data[from]) continue;
      isGiven[from] = 1;
      dx.data[to] = at(dx.data, to) + at(dy.data, from);
    }
  });
  return dx;
};

export const averagePool = (x: FloatArray, pooling: Pooling): FloatArray => {
  const [, , , channels] = fourSides(x.shape);
  const y = zeros(windowedShape(x.shape, windowOf(pooling), channels));
  forEachTap(x.shape, windowOf(pooling), (pixel, _tap, outputPixel) => {
    for (let channel = 0; channel < channels; channel++) {
      const cell = outputPixel * channels + channel;
      y.data[cell] = at(y.data, cell) + at(x.data, pixel * channels + channel) / pooling.size ** 2;
    }
  });
  return y;
};

export const averagePoolGrad = (dy: FloatArray, inputShape: readonly number[], pooling: Pooling): FloatArray => {
  const [, , , channels] = fourSides(inputShape);
  expectShape("An average pool's gradient", dy.shape, windowedShape(inputShape, windowOf(pooling), channels));
  const dx = zeros(inputShape);
  forEachTap(inputShape, windowOf(pooling), (pixel, _tap, outputPixel) => {
    for (let channel = 0; channel < channels; channel++) {
      const cell = pixel * channels + channel;
      dx.data[cell] = at(dx.data, cell) + at(dy.data, outputPixel * channels + channel) / pooling.size ** 2;
    }
  });
  return dx;
};

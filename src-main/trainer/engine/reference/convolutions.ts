import type { Convolution } from '../ops.ts';
import { at, expectShape, type FloatArray, fourSides, zeros } from './arrays.ts';
import { addScaled, dot } from './vectors.ts';
import { forEachTap, type Window, windowedShape } from './windows.ts';

interface Geometry {
  readonly window: Window;
  readonly inputs: number;
  readonly outputs: number;
  readonly outputShape: readonly number[];
}

/** Checks that image [B,H,W,I] and kernel [K,K,I,O] fit each other. */
const geometry = (
  inputShape: readonly number[],
  kernelShape: readonly number[],
  convolution: Convolution,
): Geometry => {
  const [size, , inputs, outputs] = fourSides(kernelShape);
  const [batch, height, width] = fourSides(inputShape);
  expectShape('A convolution kernel', kernelShape, [size, size, inputs, outputs]);
  expectShape('A convolution input', inputShape, [batch, height, width, inputs]);
  const window = { size, ...convolution };
  return { window, inputs, outputs, outputShape: windowedShape(inputShape, window, outputs) };
};

/** y[p,o] = Σ over taps t and channels i of x[p + t, i]·kernel[t, i, o]. */
export const conv2d = (x: FloatArray, kernel: FloatArray, convolution: Convolution): FloatArray => {
  const { window, inputs, outputs, outputShape } = geometry(x.shape, kernel.shape, convolution);
  const y = zeros(outputShape);
  forEachTap(x.shape, window, (pixel, tap, outputPixel) => {
    for (let input = 0; input < inputs; input++) {
      const value = at(x.data, pixel * inputs + input);
      addScaled(y.data, outputPixel * outputs, value, kernel.data, (tap * inputs + input) * outputs, outputs);
    }
  });
  return y;
};

/** ∂/∂x[q,i] = Σ over all (p, t) with p + t = q and channels o of dy[p,o]·kernel[t, i, o]. */
export const conv2dInputGrad = (
  dy: FloatArray,
  kernel: FloatArray,
  inputShape: readonly number[],
  convolution: Convolution,
): FloatArray => {
  const { window, inputs, outputs, outputShape } = geometry(inputShape, kernel.shape, convolution);
  expectShape("A convolution output's gradient", dy.shape, outputShape);
  const dx = zeros(inputShape);
  forEachTap(inputShape, window, (pixel, tap, outputPixel) => {
    for (let input = 0; input < inputs; input++) {
      const cell = pixel * inputs + input;
      const kernelRow = (tap * inputs + input) * outputs;
      dx.data[cell] = at(dx.data, cell) + dot(dy.data, outputPixel * outputs, kernel.data, kernelRow, outputs);
    }
  });
  return dx;
};

/** ∂/∂kernel[t,i,o] = Σ over output pixels p of x[p + t, i]·dy[p,o]. */
export const conv2dFilterGrad = (
  x: FloatArray,
  dy: FloatArray,
  kernelShape: readonly number[],
  convolution: Convolution,
): FloatArray => {
  const { window, inputs, outputs, outputShape } = geometry(x.shape, kernelShape, convolution);
  expectShape("A convolution output's gradient", dy.shape, outputShape);
  const dKernel = zeros(kernelShape);
  forEachTap(x.shape, window, (pixel, tap, outputPixel) => {
    for (let input = 0; input < inputs; input++) {
      const value = at(x.data, pixel * inputs + input);
      addScaled(dKernel.data, (tap * inputs + input) * outputs, value, dy.data, outputPixel * outputs, outputs);
    }
  });
  return dKernel;
};

import { kernelAveragePool, kernelAveragePoolGrad, kernelMaxPool, kernelMaxPoolGrad } from './layout';
import { address, argument, storeFloats } from './task';

// Arguments: 0 to, 1–3 the kernel's other tensors, then H, W, C, H', W', size, stride, padding (of maxima only: with −∞). The functions
// below work at one output pixel: `window` and `output` are offsets in bytes in images of the larger and the smaller kind, of the
// window `rows` and `columns` lie inside of the image.

/** Tensors: to, x. */
function maxPool(window: usize, output: usize, rows: i32, columns: i32, rowBytes: usize, pixelBytes: usize): void {
  let to = address(0) + output;
  let from = address(1) + window;
  for (let channels = argument(6); channels > 0; channels -= 4, from += 16, to += 16) {
    let largest = f32x4.splat(-Infinity);
    for (let row = 0; row < rows; row++) {
      let tap = from + <usize>row * rowBytes;
      for (let column = 0; column < columns; column++, tap += pixelBytes) {
        largest = f32x4.max(largest, v128.load(tap));
      }
    }
    storeFloats(to, largest, channels);
  }
}

/** The first tap, row by row, that holds the maximum gets the gradient. Tensors: to, x, y, dy. */
function maxPoolGrad(window: usize, output: usize, rows: i32, columns: i32, rowBytes: usize, pixelBytes: usize): void {
  const to = address(0) - address(1);
  let from = address(1) + window;
  let y = address(2) + output;
  let dy = address(3) + output;
  for (let channels = argument(6); channels > 0; channels -= 4, from += 16, y += 16, dy += 16) {
    const largest = v128.load(y);
    const gradient = v128.load(dy);
    let isOpen = i32x4.splat(-1);
    for (let row = 0; row < rows; row++) {
      let tap = from + <usize>row * rowBytes;
      for (let column = 0; column < columns; column++, tap += pixelBytes) {
        const takes = v128.and(f32x4.eq(v128.load(tap), largest), isOpen);
        storeFloats(tap + to, f32x4.add(v128.load(tap + to), v128.and(gradient, takes)), channels);
        isOpen = v128.andnot(isOpen, takes);
      }
    }
  }
}

/** Tensors: to, x. */
function averagePool(window: usize, output: usize, rows: i32, columns: i32, rowBytes: usize, pixelBytes: usize): void {
  const share = f32x4.splat(<f32>1 / <f32>(rows * columns));
  let to = address(0) + output;
  let from = address(1) + window;
  for (let channels = argument(6); channels > 0; channels -= 4, from += 16, to += 16) {
    let sum = f32x4.splat(0);
    for (let row = 0; row < rows; row++) {
      let tap = from + <usize>row * rowBytes;
      for (let column = 0; column < columns; column++, tap += pixelBytes) {
        sum = f32x4.add(sum, v128.load(tap));
      }
    }
    storeFloats(to, f32x4.mul(sum, share), channels);
  }
}

/** Tensors: to, dy. */
function averagePoolGrad(
  window: usize,
  output: usize,
  rows: i32,
  columns: i32,
  rowBytes: usize,
  pixelBytes: usize,
): void {
  const share = f32x4.splat(<f32>1 / <f32>(rows * columns));
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      let to = address(0) + window + <usize>row * rowBytes + <usize>column * pixelBytes;
      let dy = address(1) + output;
      for (let channels = argument(6); channels > 0; channels -= 4, to += 16, dy += 16) {
        storeFloats(to, f32x4.add(v128.load(to), f32x4.mul(v128.load(dy), share)), channels);
      }
    }
  }
}

/** A task of a pooling kernel is an image. */
export function pool(kernel: i32, task: i32): void {
  const height = argument(4);
  const width = argument(5);
  const outputHeight = argument(7);
  const outputWidth = argument(8);
  const size = argument(9);
  const stride = argument(10);
  const padding = argument(11);
  const pixelBytes = (<usize>argument(6)) << 2;
  const rowBytes = <usize>width * pixelBytes;
  const imageBytes = <usize>height * rowBytes;
  const image = <usize>task * imageBytes;
  let output = <usize>(task * outputHeight * outputWidth) * pixelBytes;
  if (kernel == kernelMaxPoolGrad || kernel == kernelAveragePoolGrad) memory.fill(address(0) + image, 0, imageBytes);
  for (let row = 0; row < outputHeight; row++) {
    const top = max(0, row * stride - padding);
    const rows = min(height, row * stride - padding + size) - top;
    for (let column = 0; column < outputWidth; column++, output += pixelBytes) {
      const left = max(0, column * stride - padding);
      const columns = min(width, column * stride - padding + size) - left;
      const window = image + <usize>top * rowBytes + <usize>left * pixelBytes;
      switch (kernel) {
        case kernelMaxPool:
          maxPool(window, output, rows, columns, rowBytes, pixelBytes);
          break;
        case kernelMaxPoolGrad:
          maxPoolGrad(window, output, rows, columns, rowBytes, pixelBytes);
          break;
        case kernelAveragePool:
          averagePool(window, output, rows, columns, rowBytes, pixelBytes);
          break;
        case kernelAveragePoolGrad:
          averagePoolGrad(window, output, rows, columns, rowBytes, pixelBytes);
          break;
      }
    }
  }
}

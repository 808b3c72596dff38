import { address, argument, storeFloats } from '../task';
import { AveragePool, AveragePoolGrad, MaxPool, MaxPoolGrad, Pooling } from './table';

// The functions below work at one output pixel: `window` and `output` are offsets in bytes in images of the larger and the smaller
// kind, of the window `rows` and `columns` lie inside of the image.

function maxPool(window: usize, output: usize, rows: i32, columns: i32, rowBytes: usize, pixelBytes: usize): void {
  let to = address(Pooling.to) + output;
  let from = address(MaxPool.x) + window;
  for (let channels = argument(Pooling.channels); channels > 0; channels -= 4, from += 16, to += 16) {
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

/** The first tap, row by row, that holds the maximum gets the gradient. */
function maxPoolGrad(window: usize, output: usize, rows: i32, columns: i32, rowBytes: usize, pixelBytes: usize): void {
  const to = address(Pooling.to) - address(MaxPoolGrad.x);
  let from = address(MaxPoolGrad.x) + window;
  let y = address(MaxPoolGrad.y) + output;
  let dy = address(MaxPoolGrad.dy) + output;
  for (let channels = argument(Pooling.channels); channels > 0; channels -= 4, from += 16, y += 16, dy += 16) {
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

function averagePool(window: usize, output: usize, rows: i32, columns: i32, rowBytes: usize, pixelBytes: usize): void {
  const share = f32x4.splat(<f32>1 / <f32>(rows * columns));
  let to = address(Pooling.to) + output;
  let from = address(AveragePool.x) + window;
  for (let channels = argument(Pooling.channels); channels > 0; channels -= 4, from += 16, to += 16) {
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
      let to = address(Pooling.to) + window + <usize>row * rowBytes + <usize>column * pixelBytes;
      let dy = address(AveragePoolGrad.dy) + output;
      for (let channels = argument(Pooling.channels); channels > 0; channels -= 4, to += 16, dy += 16) {
        storeFloats(to, f32x4.add(v128.load(to), f32x4.mul(v128.load(dy), share)), channels);
      }
    }
  }
}

/** A task of a pooling kernel is an image. */
export function runTask(kernel: i32, task: i32): void {
  const height = argument(Pooling.height);
  const width = argument(Pooling.width);
  const outputHeight = argument(Pooling.outputHeight);
  const outputWidth = argument(Pooling.outputWidth);
  const size = argument(Pooling.size);
  const stride = argument(Pooling.stride);
  const padding = argument(Pooling.padding);
  const pixelBytes = (<usize>argument(Pooling.channels)) << 2;
  const rowBytes = <usize>width * pixelBytes;
  const imageBytes = <usize>height * rowBytes;
  const image = <usize>task * imageBytes;
  let output = <usize>(task * outputHeight * outputWidth) * pixelBytes;
  if (kernel == MaxPoolGrad.kernel || kernel == AveragePoolGrad.kernel)
    memory.fill(address(Pooling.to) + image, 0, imageBytes);
  for (let row = 0; row < outputHeight; row++) {
    const top = max(0, row * stride - padding);
    const rows = min(height, row * stride - padding + size) - top;
    for (let column = 0; column < outputWidth; column++, output += pixelBytes) {
      const left = max(0, column * stride - padding);
      const columns = min(width, column * stride - padding + size) - left;
      const window = image + <usize>top * rowBytes + <usize>left * pixelBytes;
      switch (kernel) {
        case MaxPool.kernel:
          maxPool(window, output, rows, columns, rowBytes, pixelBytes);
          break;
        case MaxPoolGrad.kernel:
          maxPoolGrad(window, output, rows, columns, rowBytes, pixelBytes);
          break;
        case AveragePool.kernel:
          averagePool(window, output, rows, columns, rowBytes, pixelBytes);
          break;
        case AveragePoolGrad.kernel:
          averagePoolGrad(window, output, rows, columns, rowBytes, pixelBytes);
          break;
      }
    }
  }
}

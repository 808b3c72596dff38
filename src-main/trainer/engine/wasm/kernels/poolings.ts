import { address, argument } from './task';

// A task is an image. Geometry arguments from index 4: H, W, C, H', W', size, stride, padding (of maxima only: with −∞).

export function maxPool(task: i32): void {
  const height = argument(4);
  const width = argument(5);
  const channels = argument(6);
  const outputHeight = argument(7);
  const outputWidth = argument(8);
  const size = argument(9);
  const stride = argument(10);
  const padding = argument(11);
  const pixel = (<usize>channels) << 2;
  const image = address(0) + <usize>(task * height * width) * pixel;
  let to = address(1) + <usize>(task * outputHeight * outputWidth) * pixel;
  for (let row = 0; row < outputHeight; row++) {
    const top = max(0, row * stride - padding);
    const bottom = min(height, row * stride - padding + size);
    for (let column = 0; column < outputWidth; column++, to += pixel) {
      const left = max(0, column * stride - padding);
      const right = min(width, column * stride - padding + size);
      let offset: usize = 0;
      for (; offset + 16 <= pixel; offset += 16) {
        let largest = f32x4.splat(-Infinity);
        for (let y = top; y < bottom; y++) {
          for (let x = left; x < right; x++) {
            largest = f32x4.max(largest, v128.load(image + offset + <usize>(y * width + x) * pixel));
          }
        }
        v128.store(to + offset, largest);
      }
      for (; offset < pixel; offset += 4) {
        let largest: f32 = -Infinity;
        for (let y = top; y < bottom; y++) {
          for (let x = left; x < right; x++) {
            largest = max<f32>(largest, load<f32>(image + offset + <usize>(y * width + x) * pixel));
          }
        }
        store<f32>(to + offset, largest);
      }
    }
  }
}

/** The first tap, row by row, that holds the maximum gets the gradient. Tensors: dy, x, y, to. */
export function maxPoolGrad(task: i32): void {
  const height = argument(4);
  const width = argument(5);
  const channels = argument(6);
  const outputHeight = argument(7);
  const outputWidth = argument(8);
  const size = argument(9);
  const stride = argument(10);
  const padding = argument(11);
  const pixel = (<usize>channels) << 2;
  const imageBytes = <usize>(height * width) * pixel;
  const image = address(1) + <usize>task * imageBytes;
  const to = address(3) + <usize>task * imageBytes - image;
  let dy = address(0) + <usize>(task * outputHeight * outputWidth) * pixel;
  const output = address(2) - address(0);
  memory.fill(image + to, 0, imageBytes);
  for (let row = 0; row < outputHeight; row++) {
    const top = max(0, row * stride - padding);
    const bottom = min(height, row * stride - padding + size);
    for (let column = 0; column < outputWidth; column++, dy += pixel) {
      const left = max(0, column * stride - padding);
      const right = min(width, column * stride - padding + size);
      let offset: usize = 0;
      for (; offset + 16 <= pixel; offset += 16) {
        const largest = v128.load(dy + output + offset);
        const gradient = v128.load(dy + offset);
        let isOpen = i32x4.splat(-1);
        for (let y = top; y < bottom; y++) {
          for (let x = left; x < right; x++) {
            const from = image + offset + <usize>(y * width + x) * pixel;
            const takes = v128.and(f32x4.eq(v128.load(from), largest), isOpen);
            v128.store(from + to, f32x4.add(v128.load(from + to), v128.and(gradient, takes)));
            isOpen = v128.andnot(isOpen, takes);
          }
        }
      }
      for (; offset < pixel; offset += 4) {
        const largest = load<f32>(dy + output + offset);
        let isOpen = true;
        for (let y = top; y < bottom && isOpen; y++) {
          for (let x = left; x < right && isOpen; x++) {
            const from = image + offset + <usize>(y * width + x) * pixel;
            if (load<f32>(from) != largest) continue;
            store<f32>(from + to, load<f32>(from + to) + load<f32>(dy + offset));
            isOpen = false;
          }
        }
      }
    }
  }
}

export function averagePool(task: i32): void {
  const width = argument(5);
  const channels = argument(6);
  const outputHeight = argument(7);
  const outputWidth = argument(8);
  const size = argument(9);
  const stride = argument(10);
  const share = <f32>1 / <f32>(size * size);
  const pixel = (<usize>channels) << 2;
  const image = address(0) + <usize>(task * argument(4) * width) * pixel;
  let to = address(1) + <usize>(task * outputHeight * outputWidth) * pixel;
  for (let row = 0; row < outputHeight; row++) {
    for (let column = 0; column < outputWidth; column++, to += pixel) {
      const corner = image + <usize>((row * width + column) * stride) * pixel;
      let offset: usize = 0;
      for (; offset + 16 <= pixel; offset += 16) {
        let sum = f32x4.splat(0);
        for (let y = 0; y < size; y++) {
          for (let x = 0; x < size; x++) {
            sum = f32x4.add(sum, v128.load(corner + offset + <usize>(y * width + x) * pixel));
          }
        }
        v128.store(to + offset, f32x4.mul(sum, f32x4.splat(share)));
      }
      for (; offset < pixel; offset += 4) {
        let sum: f32 = 0;
        for (let y = 0; y < size; y++) {
          for (let x = 0; x < size; x++) sum += load<f32>(corner + offset + <usize>(y * width + x) * pixel);
        }
        store<f32>(to + offset, sum * share);
      }
    }
  }
}

/** Tensors: dy, to. */
export function averagePoolGrad(task: i32): void {
  const width = argument(5);
  const channels = argument(6);
  const outputHeight = argument(7);
  const outputWidth = argument(8);
  const size = argument(9);
  const stride = argument(10);
  const share = <f32>1 / <f32>(size * size);
  const pixel = (<usize>channels) << 2;
  const imageBytes = <usize>(argument(4) * width) * pixel;
  const image = address(1) + <usize>task * imageBytes;
  let dy = address(0) + <usize>(task * outputHeight * outputWidth) * pixel;
  memory.fill(image, 0, imageBytes);
  for (let row = 0; row < outputHeight; row++) {
    for (let column = 0; column < outputWidth; column++, dy += pixel) {
      const corner = image + <usize>((row * width + column) * stride) * pixel;
      for (let y = 0; y < size; y++) {
        for (let x = 0; x < size; x++) {
          const to = corner + <usize>(y * width + x) * pixel;
          let offset: usize = 0;
          for (; offset + 16 <= pixel; offset += 16) {
            const given = f32x4.mul(v128.load(dy + offset), f32x4.splat(share));
            v128.store(to + offset, f32x4.add(v128.load(to + offset), given));
          }
          for (; offset < pixel; offset += 4) {
            store<f32>(to + offset, load<f32>(to + offset) + load<f32>(dy + offset) * share);
          }
        }
      }
    }
  }
}

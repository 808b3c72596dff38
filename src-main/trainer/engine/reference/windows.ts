import { outputSide } from '../ops.ts';
import { fourSides } from './arrays.ts';

/** A square window of `size` that moves by `stride` over an image with `padding` zeros on every side. */
export interface Window {
  readonly size: number;
  readonly stride: number;
  readonly padding: number;
}

/** [B,H,W,·] → [B,H',W',channels]. */
export const windowedShape = (
  shape: readonly number[],
  { size, stride, padding }: Window,
  channels: number,
): readonly number[] => {
  const [batch, height, width] = fourSides(shape);
  return [batch, outputSide(height, size, stride, padding), outputSide(width, size, stride, padding), channels];
};

/**
 * Visits each output cell and, row by row, each tap of its window that lies inside the image.
 * @param visit - gets the numbers of the image's pixel, of the tap (0 … size² − 1) and of the output's pixel.
 */
export const forEachTap = (
  shape: readonly number[],
  window: Window,
  visit: (pixel: number, tap: number, outputPixel: number) => void,
): void => {
  const { size, stride, padding } = window;
  const [batch, height, width] = fourSides(shape);
  const [, outputHeight, outputWidth] = fourSides(windowedShape(shape, window, 1));
  let outputPixel = 0;
  for (let example = 0; example < batch; example++) {
    for (let outputRow = 0; outputRow < outputHeight; outputRow++) {
      for (let outputColumn = 0; outputColumn < outputWidth; outputColumn++, outputPixel++) {
        for (let tap = 0; tap < size * size; tap++) {
          const row = outputRow * stride - padding + Math.floor(tap / size);
          const column = outputColumn * stride - padding + (tap % size);
          if (row < 0 || row >= height || column < 0 || column >= width) continue;
          visit((example * height + row) * width + column, tap, outputPixel);
        }
      }
    }
  }
};

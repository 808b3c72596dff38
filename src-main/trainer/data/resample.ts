import type { Region } from './crops.ts';

/** Which pixels of a line one pixel of the result is mixed from, and their weights in units of 2⁻²². */
interface Taps {
  readonly from: number;
  readonly weights: readonly number[];
}

const unit = 2 ** 22;

/** A triangle as wide as two pixels of the coarser of both lines: bilinear where it grows, an average where it shrinks. */
const tapsOf = (length: number, side: number): Taps[] => {
  const scale = length / side;
  const width = Math.max(1, scale);
  return Array.from({ length: side }, (_, place) => {
    const centre = (place + 0.5) * scale;
    const from = Math.max(0, Math.trunc(centre - width + 0.5));
    const to = Math.min(length, Math.trunc(centre + width + 0.5));
    const heights = Array.from({ length: to - from }, (_pixel, at) =>
      Math.max(0, 1 - Math.abs((from + at - centre + 0.5) / width)),
    );
    const sum = heights.reduce((total, height) => total + height, 0);
    return { from, weights: heights.map((height) => Math.trunc(0.5 + (height / sum) * unit)) };
  });
};

/** Mixes lines: `start` of each line's first value, `step` from pixel to pixel of it. */
const mixed = (values: Uint8Array, start: number, step: number, { from, weights }: Taps): number => {
  let sum = unit / 2;
  for (let at = 0; at < weights.length; at++) sum += (weights[at] ?? 0) * (values[start + (from + at) * step] ?? 0);
  return Math.min(255, Math.floor(sum / unit));
};

/**
 * A region of an image brought to another size, bit for bit as PIL's `resize(…, BILINEAR)` does of bytes: columns first, rounded to bytes,
 * then rows.
 * @param image - uint8 [·, width, channels], of which `region` is a part.
 * @returns uint8 [to.height, to.width, channels].
 * @see Pillow, src/libImaging/Resample.c
 */
export const resampled = (
  image: Uint8Array,
  width: number,
  channels: number,
  region: Region,
  to: { readonly width: number; readonly height: number },
): Uint8Array => {
  const columns = tapsOf(region.width, to.width);
  const narrow = new Uint8Array(region.height * to.width * channels);
  for (let row = 0; row < region.height; row++) {
    const start = ((region.top + row) * width + region.left) * channels;
    columns.forEach((taps, column) => {
      for (let channel = 0; channel < channels; channel++) {
        const place = (row * to.width + column) * channels + channel;
        narrow[place] = mixed(image, start + channel, channels, taps);
      }
    });
  }
  const result = new Uint8Array(to.height * to.width * channels);
  const line = to.width * channels;
  tapsOf(region.height, to.height).forEach((taps, row) => {
    for (let at = 0; at < line; at++) result[row * line + at] = mixed(narrow, at, line, taps);
  });
  return result;
};

/** Mirrors an image of bytes [height, width, channels] left to right, and moves its window over a frame of zeros around it. */
export const shifted = (
  image: Uint8Array,
  { width, height, channels }: { readonly width: number; readonly height: number; readonly channels: number },
  { top, left, isFlipped }: { readonly top: number; readonly left: number; readonly isFlipped: boolean },
): Uint8Array => {
  const result = new Uint8Array(image.length);
  for (let row = 0; row < height; row++) {
    const fromRow = row + top;
    if (fromRow < 0 || fromRow >= height) continue;
    for (let column = 0; column < width; column++) {
      const fromColumn = left + (isFlipped ? width - 1 - column : column);
      if (fromColumn < 0 || fromColumn >= width) continue;
      const from = (fromRow * width + fromColumn) * channels;
      result.set(image.subarray(from, from + channels), (row * width + column) * channels);
    }
  }
  return result;
};

import { maxImagePixels } from '../../shared/imageManifest.ts';

/** Pixels uint8 [height, width, channels]. */
export interface RawImage {
  readonly width: number;
  readonly height: number;
  readonly channels: 1 | 3;
  readonly pixels: Buffer;
}

/** @throws Error where a header announces no pixels, or a bomb. */
export const checkSize = (width: number, height: number): void => {
  if (!Number.isInteger(width) || !Number.isInteger(height) || width < 1 || height < 1)
    throw new Error(`its header announces ${width} × ${height} pixels`);
  if (width * height > maxImagePixels) throw new Error('Input image exceeds pixel limit');
};

export const cutOff = (): Error => new Error('it is cut off before its last pixel');

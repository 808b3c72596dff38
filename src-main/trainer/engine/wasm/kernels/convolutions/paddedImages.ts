import { address, argument, copyFloats, ownScratch } from '../task';
import { PaddedImages } from './table';

// Images that a kernel takes in blocks.

/**
 * Copies images [count, H, W, C] into the middle of zeros [count, H', W', C], so that no kernel meets an edge.
 * Sides and margins in pixels, pixelBytes = 4·C.
 */
function pad(
  from: usize,
  to: usize,
  count: i32,
  height: i32,
  width: i32,
  top: i32,
  left: i32,
  paddedHeight: i32,
  paddedWidth: i32,
  pixelBytes: i32,
): void {
  const rowBytes = <usize>(width * pixelBytes);
  const leftBytes = <usize>(left * pixelBytes);
  const rightBytes = <usize>((paddedWidth - left - width) * pixelBytes);
  const topBytes = <usize>(top * paddedWidth * pixelBytes);
  const bottomBytes = <usize>((paddedHeight - top - height) * paddedWidth * pixelBytes);
  for (let image = 0; image < count; image++) {
    memory.fill(to, 0, topBytes);
    to += topBytes;
    for (let row = 0; row < height; row++) {
      memory.fill(to, 0, leftBytes);
      to += leftBytes;
      copyFloats(to, from, rowBytes);
      to += rowBytes;
      from += rowBytes;
      memory.fill(to, 0, rightBytes);
      to += rightBytes;
    }
    memory.fill(to, 0, bottomBytes);
    to += bottomBytes;
  }
}

export function firstImage(block: i32): i32 {
  return block * argument(PaddedImages.imagesPerBlock);
}

/** How many images a block has: fewer in the last one. */
export function imagesOf(block: i32): i32 {
  return min(argument(PaddedImages.imagesPerBlock), argument(PaddedImages.batch) - firstImage(block));
}

/** A block's images with their zeros: copied into the thread's scratch, or where they lie if they need none. */
export function paddedImages(block: i32): usize {
  const height = argument(PaddedImages.height);
  const width = argument(PaddedImages.width);
  const paddedHeight = argument(PaddedImages.paddedHeight);
  const paddedWidth = argument(PaddedImages.paddedWidth);
  const pixelBytes = argument(PaddedImages.depth) << 2;
  const from = address(PaddedImages.images) + <usize>firstImage(block) * <usize>(height * width * pixelBytes);
  if (paddedHeight == height && paddedWidth == width) return from;
  const to = ownScratch(address(PaddedImages.scratch), argument(PaddedImages.scratchBytes));
  pad(
    from,
    to,
    imagesOf(block),
    height,
    width,
    argument(PaddedImages.top),
    argument(PaddedImages.left),
    paddedHeight,
    paddedWidth,
    pixelBytes,
  );
  return to;
}

import { tileColumns, tileRows } from '../layout';
import { firstImage, imagesOf, paddedImages } from './paddedImages';
import { address, argument, multiplyAdd, storeFloats } from '../task';
import { FilterGrad, FilterGradSum, PaddedImages } from './table';

/**
 * Adds to a tile [4 taps][8 outputs] of the kernel's gradient: Σ over images, rows and columns of x at the pixel's window × dy.
 * Steps in bytes.
 */
function filterGradTile(
  tile: usize,
  x: usize,
  dy: usize,
  images: i32,
  rows: i32,
  columns: i32,
  xImage: usize,
  dyImage: usize,
  xRow: usize,
  dyRow: usize,
  xStep: usize,
  dyStep: usize,
): void {
  let c00 = f32x4.splat(0);
  let c01 = c00;
  let c10 = c00;
  let c11 = c00;
  let c20 = c00;
  let c21 = c00;
  let c30 = c00;
  let c31 = c00;
  for (; images > 0; images--, x += xImage, dy += dyImage) {
    let xStart = x;
    let dyStart = dy;
    for (let row = 0; row < rows; row++, xStart += xRow, dyStart += dyRow) {
      let from = xStart;
      let grad = dyStart;
      const end = from + <usize>columns * xStep;
      while (from < end) {
        const b0 = v128.load(grad);
        const b1 = v128.load(grad, 16);
        let a = v128.load_splat<f32>(from);
        c00 = multiplyAdd(a, b0, c00);
        c01 = multiplyAdd(a, b1, c01);
        a = v128.load_splat<f32>(from, 4);
        c10 = multiplyAdd(a, b0, c10);
        c11 = multiplyAdd(a, b1, c11);
        a = v128.load_splat<f32>(from, 8);
        c20 = multiplyAdd(a, b0, c20);
        c21 = multiplyAdd(a, b1, c21);
        a = v128.load_splat<f32>(from, 12);
        c30 = multiplyAdd(a, b0, c30);
        c31 = multiplyAdd(a, b1, c31);
        from += xStep;
        grad += dyStep;
      }
    }
  }
  v128.store(tile, f32x4.add(v128.load(tile), c00));
  v128.store(tile, f32x4.add(v128.load(tile, 16), c01), 16);
  v128.store(tile, f32x4.add(v128.load(tile, 32), c10), 32);
  v128.store(tile, f32x4.add(v128.load(tile, 48), c11), 48);
  v128.store(tile, f32x4.add(v128.load(tile, 64), c20), 64);
  v128.store(tile, f32x4.add(v128.load(tile, 80), c21), 80);
  v128.store(tile, f32x4.add(v128.load(tile, 96), c30), 96);
  v128.store(tile, f32x4.add(v128.load(tile, 112), c31), 112);
}

/**
 * A task sums, over a share of the blocks of images (paddedImages.ts), a share of the kernel gradient's tiles into its part of `sums`:
 * [share of images][row of taps × ⌈run/4⌉][⌈O/8⌉][4][8].
 */
export function filterGrad(task: i32): void {
  const stride = argument(FilterGrad.stride);
  const size = argument(FilterGrad.size);
  const outputHeight = argument(FilterGrad.outputHeight);
  const outputWidth = argument(FilterGrad.outputWidth);
  const outputs = argument(FilterGrad.outputs);
  const shares = argument(FilterGrad.shares);
  const groups = argument(FilterGrad.groups);
  const imagesPerChunk = argument(FilterGrad.imagesPerChunk);
  const rowsPerChunk = argument(FilterGrad.rowsPerChunk);

  const share = task / groups;
  const group = task % groups;
  const tilesPerTap = (size * argument(PaddedImages.depth) + tileRows - 1) / tileRows;
  const panels = (outputs + tileColumns - 1) / tileColumns;
  const allTiles = size * tilesPerTap;
  const firstTile = (group * allTiles) / groups;
  const lastTile = ((group + 1) * allTiles) / groups;
  const sums = address(FilterGrad.sums) + <usize>(share * allTiles * panels) * 128;
  memory.fill(sums + <usize>(firstTile * panels) * 128, 0, <usize>((lastTile - firstTile) * panels) * 128);

  const blocks =
    (argument(PaddedImages.batch) + argument(PaddedImages.imagesPerBlock) - 1) / argument(PaddedImages.imagesPerBlock);
  const pixelBytes = argument(PaddedImages.depth) << 2;
  const rowBytes = argument(PaddedImages.paddedWidth) * pixelBytes;
  const xImage = <usize>(argument(PaddedImages.paddedHeight) * rowBytes);
  const xRow = <usize>(stride * rowBytes);
  const xStep = <usize>(stride * pixelBytes);
  const dyStep = (<usize>outputs) << 2;
  const dyRow = <usize>outputWidth * dyStep;
  const dyImage = <usize>outputHeight * dyRow;

  const lastBlock = ((share + 1) * blocks) / shares;
  for (let block = (share * blocks) / shares; block < lastBlock; block++) {
    const images = imagesOf(block);
    const from = paddedImages(block);
    const grad = address(FilterGrad.dy) + <usize>firstImage(block) * dyImage;
    for (let image = 0; image < images; image += imagesPerChunk) {
      for (let row = 0; row < outputHeight; row += rowsPerChunk) {
        const x = from + <usize>image * xImage + <usize>row * xRow;
        const dy = grad + <usize>image * dyImage + <usize>row * dyRow;
        for (let tile = firstTile; tile < lastTile; tile++) {
          const tap = tile / tilesPerTap;
          const window = x + <usize>(tap * rowBytes + (((tile % tilesPerTap) * tileRows) << 2));
          for (let panel = 0; panel < panels; panel++) {
            filterGradTile(
              sums + <usize>(tile * panels + panel) * 128,
              window,
              dy + <usize>(panel * tileColumns * 4),
              min(imagesPerChunk, images - image),
              min(rowsPerChunk, outputHeight - row),
              outputWidth,
              xImage,
              dyImage,
              xRow,
              dyRow,
              xStep,
              dyStep,
            );
          }
        }
      }
    }
  }
}

/** A task adds the shares of one window row of the kernel's gradient, always in the same order. */
export function filterGradSum(tap: i32): void {
  const sums = address(FilterGradSum.sums);
  const run = argument(FilterGradSum.run);
  const outputs = argument(FilterGradSum.outputs);
  const shares = argument(FilterGradSum.shares);
  const tilesPerTap = (run + tileRows - 1) / tileRows;
  const panels = (outputs + tileColumns - 1) / tileColumns;
  const shareBytes = <usize>(argument(FilterGradSum.taps) * tilesPerTap * panels) * 128;
  let to = address(FilterGradSum.to) + ((<usize>(tap * run * outputs)) << 2);
  for (let row = 0; row < run; row++) {
    const tile = sums + <usize>((tap * tilesPerTap + row / tileRows) * panels) * 128 + <usize>(row % tileRows) * 32;
    for (let output = 0; output < outputs; output += 4) {
      let from = tile + <usize>(output / tileColumns) * 128 + <usize>((output % tileColumns) << 2);
      let sum = v128.load(from);
      for (let share = 1; share < shares; share++) {
        from += shareBytes;
        sum = f32x4.add(sum, v128.load(from));
      }
      storeFloats(to + ((<usize>output) << 2), sum, outputs - output);
    }
    to += (<usize>outputs) << 2;
  }
}

import { tileColumns, tileRows } from '../layout';
import { firstImage, imagesOf, paddedImages } from './paddedImages';
import { address, argument, multiplyAdd, ownScratch } from '../task';
import { Convolve, ConvolvePhase, PaddedImages } from './table';

/** Written out: a short function without calls is compiled into the tile's own, where it is hot. */
function storeColumns(to: usize, low: v128, high: v128, columns: i32): void {
  if (columns >= tileColumns) {
    v128.store(to, low);
    v128.store(to, high, 16);
    return;
  }
  if (columns > 0) store<f32>(to, f32x4.extract_lane(low, 0));
  if (columns > 1) store<f32>(to, f32x4.extract_lane(low, 1), 4);
  if (columns > 2) store<f32>(to, f32x4.extract_lane(low, 2), 8);
  if (columns > 3) store<f32>(to, f32x4.extract_lane(low, 3), 12);
  if (columns > 4) store<f32>(to, f32x4.extract_lane(high, 0), 16);
  if (columns > 5) store<f32>(to, f32x4.extract_lane(high, 1), 20);
  if (columns > 6) store<f32>(to, f32x4.extract_lane(high, 2), 24);
}

/**
 * 4 output pixels × 8 output channels: Σ over `taps` window rows and `run` consecutive floats of each.
 * @param table - pairs [byte offset of the pixel's window in `from`, of the pixel in `to`].
 * @param packed - [taps][run][8]. @param columns - how many of the 8 channels exist.
 */
function convolutionTile(
  table: usize,
  from: usize,
  to: usize,
  taps: i32,
  run: i32,
  rowBytes: usize,
  packed: usize,
  columns: i32,
): void {
  let c00 = f32x4.splat(0);
  let c01 = c00;
  let c10 = c00;
  let c11 = c00;
  let c20 = c00;
  let c21 = c00;
  let c30 = c00;
  let c31 = c00;
  for (let tap = 0; tap < taps; tap++) {
    const row = from + <usize>tap * rowBytes;
    let a0 = row + <usize>load<u32>(table);
    let a1 = row + <usize>load<u32>(table, 8);
    let a2 = row + <usize>load<u32>(table, 16);
    let a3 = row + <usize>load<u32>(table, 24);
    const end = a0 + ((<usize>run) << 2);
    while (a0 < end) {
      const b0 = v128.load(packed);
      const b1 = v128.load(packed, 16);
      let a = v128.load_splat<f32>(a0);
      c00 = multiplyAdd(a, b0, c00);
      c01 = multiplyAdd(a, b1, c01);
      a = v128.load_splat<f32>(a1);
      c10 = multiplyAdd(a, b0, c10);
      c11 = multiplyAdd(a, b1, c11);
      a = v128.load_splat<f32>(a2);
      c20 = multiplyAdd(a, b0, c20);
      c21 = multiplyAdd(a, b1, c21);
      a = v128.load_splat<f32>(a3);
      c30 = multiplyAdd(a, b0, c30);
      c31 = multiplyAdd(a, b1, c31);
      a0 += 4;
      a1 += 4;
      a2 += 4;
      a3 += 4;
      packed += 32;
    }
  }
  storeColumns(to + <usize>load<u32>(table, 4), c00, c01, columns);
  storeColumns(to + <usize>load<u32>(table, 12), c10, c11, columns);
  storeColumns(to + <usize>load<u32>(table, 20), c20, c21, columns);
  storeColumns(to + <usize>load<u32>(table, 28), c30, c31, columns);
}

/** All output pixels of one phase, `pixels` of them, for all output channels. */
export function convolvePhase(
  table: usize,
  pixels: i32,
  from: usize,
  to: usize,
  taps: i32,
  run: i32,
  rowBytes: usize,
  packed: usize,
  outputs: i32,
  spareTable: usize,
): void {
  if (pixels == 0) return;
  if (pixels < tileRows) {
    // The last pixel fills the tile up: it is computed and written several times, always the same.
    for (let row = 0; row < tileRows; row++) {
      store<u64>(spareTable + ((<usize>row) << 3), load<u64>(table + ((<usize>min(row, pixels - 1)) << 3)));
    }
    table = spareTable;
    pixels = tileRows;
  }
  const panelBytes = (<usize>(taps * run * tileColumns)) << 2;
  for (let first = 0; first < outputs; first += tileColumns) {
    for (let pixel = 0; pixel < pixels; pixel += tileRows) {
      const tile = table + ((<usize>min(pixel, pixels - tileRows)) << 3);
      convolutionTile(tile, from, to + ((<usize>first) << 2), taps, run, rowBytes, packed, outputs - first);
    }
    packed += panelBytes;
  }
}

/**
 * A task is a block of images (paddedImages.ts); each phase computes every s-th output row and column with its own part of the kernel.
 */
export function convolve(task: i32): void {
  const images = imagesOf(task);
  const from = paddedImages(task);
  const to = address(Convolve.to) + <usize>firstImage(task) * <usize>argument(Convolve.outputImageBytes);
  const outputs = argument(Convolve.outputs);
  const rowBytes = <usize>((argument(PaddedImages.paddedWidth) * argument(PaddedImages.depth)) << 2);
  const scratchBytes = argument(PaddedImages.scratchBytes);
  const spareTable = ownScratch(address(PaddedImages.scratch), scratchBytes) + <usize>scratchBytes - 64;
  let phase = address(Convolve.phases);
  for (let left = argument(Convolve.phaseCount); left > 0; left--, phase += ConvolvePhase.words << 2) {
    convolvePhase(
      <usize>load<u32>(phase, ConvolvePhase.table << 2),
      images * load<i32>(phase, ConvolvePhase.pixels << 2),
      from,
      to,
      load<i32>(phase, ConvolvePhase.taps << 2),
      load<i32>(phase, ConvolvePhase.run << 2),
      rowBytes,
      <usize>load<u32>(phase, ConvolvePhase.packed << 2),
      outputs,
      spareTable,
    );
  }
}

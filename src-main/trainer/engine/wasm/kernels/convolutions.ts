import { tileColumns, tileRows } from './layout';
import { address, argument, copyFloats, multiplyAdd, ownScratch } from './task';

/**
 * Copies images [count, H, W, C] into the middle of zeros [count, H', W', C], so that no kernel meets an edge.
 * Sides and margins in pixels, pixelBytes = 4·C.
 */
export function pad(
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
function convolvePhase(
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
 * A task is a block of images; each phase computes every s-th output row and column with its own part of the kernel.
 * Phases: [table, pixels per image, window rows, window run in floats, packed kernel].
 */
export function convolve(task: i32): void {
  const height = argument(3);
  const width = argument(4);
  const channels = argument(5);
  const paddedHeight = argument(8);
  const paddedWidth = argument(9);
  const imagesPerTask = argument(10);
  const outputs = argument(11);
  const first = task * imagesPerTask;
  const images = min(imagesPerTask, argument(2) - first);
  const pixelBytes = channels << 2;
  const scratch = ownScratch(address(15), argument(16));
  const spareTable = scratch + <usize>argument(16) - 64;
  let from = address(0) + <usize>first * <usize>(height * width * pixelBytes);
  const to = address(1) + <usize>first * <usize>argument(12);
  if (paddedHeight != height || paddedWidth != width) {
    pad(from, scratch, images, height, width, argument(6), argument(7), paddedHeight, paddedWidth, pixelBytes);
    from = scratch;
  }
  let phase = address(14);
  for (let left = argument(13); left > 0; left--, phase += 20) {
    convolvePhase(
      <usize>load<u32>(phase),
      images * load<i32>(phase, 4),
      from,
      to,
      load<i32>(phase, 8),
      load<i32>(phase, 12),
      <usize>(paddedWidth * pixelBytes),
      <usize>load<u32>(phase, 16),
      outputs,
      spareTable,
    );
  }
}

/** Packs up to 8 columns of a kernel or matrix, missing ones as zeros: to[rowTap][columnTap][depth][8]. Strides in bytes. */
function packPanel(
  from: usize,
  to: usize,
  rowTaps: i32,
  columnTaps: i32,
  depth: i32,
  columns: i32,
  rowStride: i32,
  columnStride: i32,
  depthStride: i32,
  step: i32,
): void {
  for (let row = 0; row < rowTaps; row++) {
    for (let column = 0; column < columnTaps; column++) {
      let start = from + row * rowStride + column * columnStride;
      for (let index = 0; index < depth; index++, start += depthStride, to += 32) {
        if (columns >= tileColumns && step == 4) {
          v128.store(to, v128.load(start));
          v128.store(to, v128.load(start, 16), 16);
          continue;
        }
        let each = start;
        for (let place = 0; place < tileColumns; place++, each += step) {
          store<f32>(to + ((<usize>place) << 2), place < columns ? load<f32>(each) : 0);
        }
      }
    }
  }
}

/** A task packs 8 columns for `convolve`, from strides in floats. */
export function pack(task: i32): void {
  const rowTaps = argument(2);
  const columnTaps = argument(3);
  const depth = argument(4);
  const first = task * tileColumns;
  const step = argument(9) << 2;
  packPanel(
    address(0) + first * step,
    address(1) + ((<usize>(task * rowTaps * columnTaps * depth * tileColumns)) << 2),
    rowTaps,
    columnTaps,
    depth,
    argument(5) - first,
    argument(6) << 2,
    argument(7) << 2,
    argument(8) << 2,
    step,
  );
}

/** A task multiplies one pair of matrices a [rows, inner] and b [inner, columns], given by strides in floats. */
export function multiplyMatrices(task: i32): void {
  const rows = argument(3);
  const inner = argument(4);
  const columns = argument(5);
  const table = address(6);
  const aRow = argument(7) << 2;
  const aStep = argument(8) << 2;
  const bRow = argument(9) << 2;
  const bStep = argument(10) << 2;
  const spareTable = ownScratch(address(11), argument(12));
  const packed = spareTable + 64;
  let a = address(0) + ((<usize>(task * rows * inner)) << 2);
  const b = address(1) + ((<usize>(task * inner * columns)) << 2);
  const panelBytes = (<usize>(inner * tileColumns)) << 2;
  let panel = packed;
  for (let first = 0; first < columns; first += tileColumns, panel += panelBytes) {
    packPanel(b + first * bStep, panel, 1, 1, inner, columns - first, 0, 0, bRow, bStep);
  }
  if (aStep != 4) {
    let to = panel;
    for (let row = 0; row < rows; row++) {
      let from = a + row * aRow;
      for (let index = 0; index < inner; index++, from += aStep, to += 4) store<f32>(to, load<f32>(from));
    }
    a = panel;
  }
  const to = address(2) + ((<usize>(task * rows * columns)) << 2);
  convolvePhase(table, rows, a, to, 1, inner, 0, packed, columns, spareTable);
}

import { tileColumns } from '../layout';
import { address, argument } from '../task';
import { Pack } from './table';

/** Packs up to 8 columns of a kernel or matrix, missing ones as zeros: to[rowTap][columnTap][depth][8]. Strides in bytes. */
export function packPanel(
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
  const rowTaps = argument(Pack.rowTaps);
  const columnTaps = argument(Pack.columnTaps);
  const depth = argument(Pack.depth);
  const first = task * tileColumns;
  const step = argument(Pack.step) << 2;
  packPanel(
    address(Pack.from) + first * step,
    address(Pack.to) + ((<usize>(task * rowTaps * columnTaps * depth * tileColumns)) << 2),
    rowTaps,
    columnTaps,
    depth,
    argument(Pack.columns) - first,
    argument(Pack.rowStride) << 2,
    argument(Pack.columnStride) << 2,
    argument(Pack.depthStride) << 2,
    step,
  );
}

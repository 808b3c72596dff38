import { convolvePhase } from './convolutions';
import { tileColumns } from './layout';
import { packPanel } from './packing';
import { address, argument, ownScratch } from './task';

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

import { convolvePhase } from '../convolutions/convolve';
import { tileColumns } from '../layout';
import { packPanel } from '../convolutions/packing';
import { address, argument, ownScratch } from '../task';
import { MultiplyMatrices } from './table';

/** A task multiplies one pair of matrices a [rows, inner] and b [inner, columns], given by strides in floats. */
export function multiplyMatrices(task: i32): void {
  const rows = argument(MultiplyMatrices.rows);
  const inner = argument(MultiplyMatrices.inner);
  const columns = argument(MultiplyMatrices.columns);
  const table = address(MultiplyMatrices.table);
  const aRow = argument(MultiplyMatrices.aRow) << 2;
  const aStep = argument(MultiplyMatrices.aStep) << 2;
  const bRow = argument(MultiplyMatrices.bRow) << 2;
  const bStep = argument(MultiplyMatrices.bStep) << 2;
  const spareTable = ownScratch(address(MultiplyMatrices.scratch), argument(MultiplyMatrices.scratchBytes));
  const packed = spareTable + 64;
  let a = address(MultiplyMatrices.a) + ((<usize>(task * rows * inner)) << 2);
  const b = address(MultiplyMatrices.b) + ((<usize>(task * inner * columns)) << 2);
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
  const to = address(MultiplyMatrices.to) + ((<usize>(task * rows * columns)) << 2);
  convolvePhase(table, rows, a, to, 1, inner, 0, packed, columns, spareTable);
}

import { address, argument, copyFloats } from '../task';
import { CopyAxis, CopyBox } from './table';

/** Copies a box of floats row by row. */
export function copyBox(task: i32): void {
  const count = argument(CopyBox.count);
  const first = task * argument(CopyBox.rowsPerTask);
  const last = min(argument(CopyBox.rows), first + argument(CopyBox.rowsPerTask));
  const step = (<usize>argument(CopyBox.step)) << 2;
  const axes = argument(CopyBox.axes);
  for (let row = first; row < last; row++) {
    let rest = row;
    let fromPlace = 0;
    let toPlace = 0;
    for (let axis = 0; axis < axes; axis++) {
      const at = CopyBox.list + axis * CopyAxis.words;
      const side = argument(at + CopyAxis.side);
      const place = rest % side;
      rest /= side;
      fromPlace += place * argument(at + CopyAxis.fromStride);
      toPlace += place * argument(at + CopyAxis.toStride);
    }
    let from = address(CopyBox.from) + ((<usize>fromPlace) << 2);
    let to = address(CopyBox.to) + ((<usize>toPlace) << 2);
    const end = to + ((<usize>count) << 2);
    if (step == 4) copyFloats(to, from, (<usize>count) << 2);
    else for (; to < end; to += 4, from += step) store<f32>(to, load<f32>(from));
  }
}

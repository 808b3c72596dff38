import { moves } from '../families.ts';

// Kernels that move elements about, and the places of their arguments.

/** A task is a number of rows. */
export class CopyBox {
  static readonly kernel: i32 = moves;
  static readonly from: i32 = 0;
  static readonly to: i32 = 1;
  static readonly rows: i32 = 2;
  /** Elements of a row. */
  static readonly count: i32 = 3;
  static readonly rowsPerTask: i32 = 4;
  /** Elements that a row's source steps by. */
  static readonly step: i32 = 5;
  /** How many outer axes; then each, innermost first. */
  static readonly axes: i32 = 6;
  static readonly list: i32 = 7;
}

export class Gather {
  static readonly kernel: i32 = moves + 1;
  static readonly from: i32 = 0;
  static readonly indices: i32 = 1;
  static readonly to: i32 = 2;
  /** Slices that are asked for. */
  static readonly count: i32 = 3;
  /** Slices that there are. */
  static readonly slices: i32 = 4;
  static readonly sliceBytes: i32 = 5;
  static readonly slicesPerTask: i32 = 6;
}

/** An outer axis of a box, in `list`. Strides in elements. */
export class CopyAxis {
  static readonly side: i32 = 0;
  static readonly fromStride: i32 = 1;
  static readonly toStride: i32 = 2;
  static readonly words: i32 = 3;
}

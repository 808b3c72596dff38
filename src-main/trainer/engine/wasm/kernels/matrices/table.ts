import { matrices } from '../families.ts';

// The kernel of matrix products and the places of its arguments.

/** A task is a pair of matrices a [rows, inner] and b [inner, columns]. */
export class MultiplyMatrices {
  static readonly kernel: i32 = matrices;
  static readonly a: i32 = 0;
  static readonly b: i32 = 1;
  static readonly to: i32 = 2;
  static readonly rows: i32 = 3;
  static readonly inner: i32 = 4;
  static readonly columns: i32 = 5;
  /** Pairs [byte offset of a row in a, in the product]. */
  static readonly table: i32 = 6;
  /** Strides in floats. */
  static readonly aRow: i32 = 7;
  static readonly aStep: i32 = 8;
  static readonly bRow: i32 = 9;
  static readonly bStep: i32 = 10;
  /** All threads' scratch, and the bytes of it for each. */
  static readonly scratch: i32 = 11;
  static readonly scratchBytes: i32 = 12;
}

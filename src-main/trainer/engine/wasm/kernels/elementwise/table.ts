import { elementwise } from '../families.ts';

// Kernels that work element by element, and the places of their arguments. Where nothing else is said, a task is a strip of a tensor.

export class Relu {
  static readonly kernel: i32 = elementwise;
  static readonly x: i32 = 0;
  static readonly to: i32 = 1;
  static readonly count: i32 = 2;
}

export class ReluGrad {
  static readonly kernel: i32 = elementwise + 1;
  static readonly dy: i32 = 0;
  static readonly y: i32 = 1;
  static readonly to: i32 = 2;
  static readonly count: i32 = 3;
}

export class SquareRoot {
  static readonly kernel: i32 = elementwise + 2;
  static readonly x: i32 = 0;
  static readonly to: i32 = 1;
  static readonly count: i32 = 2;
}

export class ScaleAdd {
  static readonly kernel: i32 = elementwise + 3;
  static readonly x: i32 = 0;
  /** Address of the one float. */
  static readonly factor: i32 = 1;
  static readonly y: i32 = 2;
  static readonly to: i32 = 3;
  static readonly count: i32 = 4;
}

export class MomentumUpdate {
  static readonly kernel: i32 = elementwise + 4;
  static readonly parameter: i32 = 0;
  static readonly velocity: i32 = 1;
  static readonly gradient: i32 = 2;
  /** These may be the old ones. */
  static readonly newParameter: i32 = 3;
  static readonly newVelocity: i32 = 4;
  static readonly count: i32 = 5;
  /** Floats. */
  static readonly momentum: i32 = 6;
  static readonly weightDecay: i32 = 7;
  static readonly learningRate: i32 = 8;
  /** 0 or 1. */
  static readonly isNesterov: i32 = 9;
}

export class Sums {
  static readonly kernel: i32 = elementwise + 5;
  static readonly x: i32 = 0;
  /** float64, one a task. */
  static readonly sums: i32 = 1;
  static readonly count: i32 = 2;
  /** 0 or 1. */
  static readonly isSquared: i32 = 3;
}

/** A task is a number of rows. */
export class Binary {
  static readonly kernel: i32 = elementwise + 6;
  static readonly a: i32 = 0;
  static readonly b: i32 = 1;
  static readonly to: i32 = 2;
  /** One of layout's operations and types. */
  static readonly operation: i32 = 3;
  static readonly type: i32 = 4;
  static readonly rows: i32 = 5;
  /** Elements of a row. */
  static readonly count: i32 = 6;
  static readonly rowsPerTask: i32 = 7;
  /** Elements that a and b step by in a row: 0 or 1. */
  static readonly aStep: i32 = 8;
  static readonly bStep: i32 = 9;
  /** How many outer axes; then each, innermost first. */
  static readonly axes: i32 = 10;
  static readonly list: i32 = 11;
}

export class Cast {
  static readonly kernel: i32 = elementwise + 7;
  static readonly from: i32 = 0;
  static readonly to: i32 = 1;
  static readonly count: i32 = 2;
  /** Two of layout's types. */
  static readonly source: i32 = 3;
  static readonly target: i32 = 4;
}

/** An outer axis of a broadcast, in `list`. Strides in elements. */
export class BinaryAxis {
  static readonly side: i32 = 0;
  static readonly aStride: i32 = 1;
  static readonly bStride: i32 = 2;
  static readonly words: i32 = 3;
}

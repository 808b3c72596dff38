import { tokens } from '../families.ts';

// The kernels of transformers and the places of their arguments. A task is a strip of a tensor, or a number of rows.

export class Gelu {
  static readonly kernel: i32 = tokens;
  static readonly x: i32 = 0;
  static readonly to: i32 = 1;
  static readonly count: i32 = 2;
}

export class GeluGrad {
  static readonly kernel: i32 = tokens + 1;
  static readonly dy: i32 = 0;
  static readonly x: i32 = 1;
  static readonly to: i32 = 2;
  static readonly count: i32 = 3;
}

export class Softmax {
  static readonly kernel: i32 = tokens + 2;
  static readonly x: i32 = 0;
  static readonly to: i32 = 1;
  static readonly rows: i32 = 2;
  static readonly channels: i32 = 3;
  static readonly rowsPerTask: i32 = 4;
}

export class SoftmaxGrad {
  static readonly kernel: i32 = tokens + 3;
  static readonly dy: i32 = 0;
  static readonly y: i32 = 1;
  static readonly to: i32 = 2;
  static readonly rows: i32 = 3;
  static readonly channels: i32 = 4;
  static readonly rowsPerTask: i32 = 5;
}

export class LayerNorm {
  static readonly kernel: i32 = tokens + 4;
  static readonly x: i32 = 0;
  static readonly normalised: i32 = 1;
  /** Inverse deviations, one a row. */
  static readonly inverse: i32 = 2;
  static readonly to: i32 = 3;
  static readonly scale: i32 = 4;
  static readonly offset: i32 = 5;
  static readonly rows: i32 = 6;
  static readonly channels: i32 = 7;
  static readonly rowsPerTask: i32 = 8;
  /** A float. */
  static readonly epsilon: i32 = 9;
}

export class LayerNormInputGrad {
  static readonly kernel: i32 = tokens + 5;
  static readonly dy: i32 = 0;
  static readonly normalised: i32 = 1;
  /** Inverse deviations, one a row. */
  static readonly inverse: i32 = 2;
  static readonly scale: i32 = 3;
  static readonly to: i32 = 4;
  static readonly rows: i32 = 5;
  static readonly channels: i32 = 6;
  static readonly rowsPerTask: i32 = 7;
}

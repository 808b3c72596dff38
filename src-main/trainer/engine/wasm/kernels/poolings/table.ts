import { poolings } from '../families.ts';

// Poolings' kernels and the places of their arguments. A task is an image.

export class Pooling {
  /** Address of what is made. */
  static readonly to: i32 = 0;
  /** Of the larger images. */
  static readonly height: i32 = 1;
  static readonly width: i32 = 2;
  static readonly channels: i32 = 3;
  /** Of the smaller images. */
  static readonly outputHeight: i32 = 4;
  static readonly outputWidth: i32 = 5;
  static readonly size: i32 = 6;
  static readonly stride: i32 = 7;
  /** With −∞, of maxima only. */
  static readonly padding: i32 = 8;
}

export class MaxPool extends Pooling {
  static readonly kernel: i32 = poolings;
  static readonly x: i32 = 9;
}

export class MaxPoolGrad extends Pooling {
  static readonly kernel: i32 = poolings + 1;
  static readonly x: i32 = 9;
  static readonly y: i32 = 10;
  static readonly dy: i32 = 11;
}

export class AveragePool extends Pooling {
  static readonly kernel: i32 = poolings + 2;
  static readonly x: i32 = 9;
}

export class AveragePoolGrad extends Pooling {
  static readonly kernel: i32 = poolings + 3;
  static readonly dy: i32 = 9;
}

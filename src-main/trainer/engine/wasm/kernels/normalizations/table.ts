import { normalizations } from '../families.ts';

// Batch normalisation's kernels and the places of their arguments.

/** A task is a number of rows. */
export class ChannelMoments {
  static readonly kernel: i32 = normalizations;
  static readonly x: i32 = 0;
  /** float64 [tasks][2][C]: mean, Σ(x − mean)². */
  static readonly moments: i32 = 1;
  static readonly rows: i32 = 2;
  static readonly channels: i32 = 3;
  static readonly rowsPerTask: i32 = 4;
}

/** A task is a number of whole periods. */
export class Normalise {
  static readonly kernel: i32 = normalizations + 1;
  static readonly x: i32 = 0;
  static readonly to: i32 = 1;
  /** [mean, factor, offset][period]. */
  static readonly constants: i32 = 2;
  static readonly elements: i32 = 3;
  static readonly period: i32 = 4;
  static readonly elementsPerTask: i32 = 5;
}

/** A task is a number of rows. */
export class BatchNormSums {
  static readonly kernel: i32 = normalizations + 2;
  static readonly dy: i32 = 0;
  static readonly x: i32 = 1;
  static readonly mean: i32 = 2;
  /** float64 [tasks][2][C]: Σ dy, Σ dy·(x − mean). */
  static readonly sums: i32 = 3;
  static readonly rows: i32 = 4;
  static readonly channels: i32 = 5;
  static readonly rowsPerTask: i32 = 6;
}

/** A task is a number of whole periods. */
export class BatchNormInputGrad {
  static readonly kernel: i32 = normalizations + 3;
  static readonly dy: i32 = 0;
  static readonly x: i32 = 1;
  static readonly to: i32 = 2;
  /** [mean, factor, meanDy, slope][period]. */
  static readonly constants: i32 = 3;
  static readonly elements: i32 = 4;
  static readonly period: i32 = 5;
  static readonly elementsPerTask: i32 = 6;
}

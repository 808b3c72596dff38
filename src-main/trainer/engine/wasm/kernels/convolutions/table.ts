import { convolutions } from '../families.ts';

// Convolutions' kernels and the places of their arguments.

/** Images [B,H,W,C] that a kernel takes in blocks, with zeros around them so that no window of its crosses an edge. */
export class PaddedImages {
  static readonly images: i32 = 0;
  static readonly batch: i32 = 1;
  static readonly height: i32 = 2;
  static readonly width: i32 = 3;
  static readonly depth: i32 = 4;
  /** Zeros above and to the left. */
  static readonly top: i32 = 5;
  static readonly left: i32 = 6;
  /** H and W with all zeros. */
  static readonly paddedHeight: i32 = 7;
  static readonly paddedWidth: i32 = 8;
  static readonly imagesPerBlock: i32 = 9;
  /** All threads' scratch, and the bytes of it for each. */
  static readonly scratch: i32 = 10;
  static readonly scratchBytes: i32 = 11;
}

/** A task is a block of images. */
export class Convolve extends PaddedImages {
  static readonly kernel: i32 = convolutions;
  static readonly to: i32 = 12;
  /** Output channels. */
  static readonly outputs: i32 = 13;
  static readonly outputImageBytes: i32 = 14;
  static readonly phaseCount: i32 = 15;
  /** Address of entries of the kind below. */
  static readonly phases: i32 = 16;
}

/** A task packs 8 columns of a kernel for `Convolve`. */
export class Pack {
  static readonly kernel: i32 = convolutions + 1;
  static readonly from: i32 = 0;
  static readonly to: i32 = 1;
  static readonly rowTaps: i32 = 2;
  static readonly columnTaps: i32 = 3;
  static readonly depth: i32 = 4;
  static readonly columns: i32 = 5;
  /** Strides in floats of row taps, column taps, depth and columns. */
  static readonly rowStride: i32 = 6;
  static readonly columnStride: i32 = 7;
  static readonly depthStride: i32 = 8;
  static readonly step: i32 = 9;
}

/** A task is a share of the blocks of images × a group of the gradient's tiles. */
export class FilterGrad extends PaddedImages {
  static readonly kernel: i32 = convolutions + 2;
  static readonly dy: i32 = 12;
  /** Each share's sums of all tiles. */
  static readonly sums: i32 = 13;
  static readonly stride: i32 = 14;
  /** The kernel's side. */
  static readonly size: i32 = 15;
  static readonly outputHeight: i32 = 16;
  static readonly outputWidth: i32 = 17;
  static readonly outputs: i32 = 18;
  static readonly shares: i32 = 19;
  static readonly groups: i32 = 20;
  static readonly imagesPerChunk: i32 = 21;
  static readonly rowsPerChunk: i32 = 22;
}

/** A task is a window row of the kernel. */
export class FilterGradSum {
  static readonly kernel: i32 = convolutions + 3;
  static readonly sums: i32 = 0;
  static readonly to: i32 = 1;
  /** Window columns × input channels. */
  static readonly run: i32 = 2;
  static readonly outputs: i32 = 3;
  static readonly shares: i32 = 4;
  static readonly taps: i32 = 5;
}

/** An entry of `phases`, in words of 4 bytes. */
export class ConvolvePhase {
  /** Pairs [byte offset of a window in a block, of its pixel in the output], for a whole block. */
  static readonly table: i32 = 0;
  /** Of an image. */
  static readonly pixels: i32 = 1;
  /** Window rows. */
  static readonly taps: i32 = 2;
  /** Floats of a window row. */
  static readonly run: i32 = 3;
  /** Address of what `Pack` made. */
  static readonly packed: i32 = 4;
  static readonly words: i32 = 5;
}

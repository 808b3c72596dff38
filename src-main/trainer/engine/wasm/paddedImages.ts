import type { PaddedImages as PaddedImagesTable } from './kernels/convolutions/table.ts';
import type { ArgumentsOf } from './kernelTable.ts';
import type { Temporaries } from './temporaries.ts';

// Sizes below depend on the shapes alone, never on the number of threads: so do the results.
/** Bytes of padded images that a task takes at once; they stay in the second-level cache. */
const blockBytes = 131072;
/** Tasks that a kernel is cut into at least, where there is enough to do. */
export const enoughTasks = 16;
/** Multiply-accumulates that are not worth waking other threads for. */
export const fewMacs = 500_000;

/** Pixels of zeros before the images of a batch, and the sides with all zeros. */
interface Margins {
  readonly top: number;
  readonly left: number;
  readonly height: number;
  readonly width: number;
}

export interface PaddedImages {
  readonly imagesPerBlock: number;
  readonly blocks: number;
  /** What a kernel on padded images is given first. */
  readonly settings: ArgumentsOf<typeof PaddedImagesTable>;
}

/** Cuts images [B,H,W,C] into blocks that a kernel pads with zeros, so that no window of its crosses an edge. */
export const paddedImages = (
  temporaries: Temporaries,
  address: number,
  shape: readonly [number, number, number, number],
  { top, left, height, width }: Margins,
  macs: number,
): PaddedImages => {
  const [batch, inputHeight, inputWidth, depth] = shape;
  const imageBytes = height * width * depth * 4;
  const imagesPerBlock =
    macs < fewMacs ? batch : Math.max(1, Math.min(Math.floor(blockBytes / imageBytes), Math.ceil(batch / enoughTasks)));
  return {
    imagesPerBlock,
    blocks: Math.ceil(batch / imagesPerBlock),
    settings: {
      images: address,
      batch,
      height: inputHeight,
      width: inputWidth,
      depth,
      top,
      left,
      paddedHeight: height,
      paddedWidth: width,
      imagesPerBlock,
      ...temporaries.scratch(imagesPerBlock * imageBytes),
    },
  };
};

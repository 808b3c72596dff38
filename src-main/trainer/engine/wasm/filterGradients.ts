import type { Convolution } from '../ops.ts';
import { FilterGrad, FilterGradSum } from './kernels/convolutions/table.ts';
import { tileColumns, tileRows } from './kernels/layout.ts';
import { enoughTasks, fewMacs, paddedImages } from './paddedImages.ts';
import type { Pool } from './pool.ts';
import { convolutionShape, expectShape, fourSides } from './shapes.ts';
import { withTemporaries } from './temporaries.ts';

const tileBytes = tileRows * tileColumns * 4;
/** Bytes that the tiles read again and again; they stay in the first-level cache. */
const chunkBytes = 24576;

/** Shares of the images, each summed on its own, and groups of the kernel's elements: the tasks of a filter gradient. */
const filterGradTasks = (blocks: number, kernelBytes: number, tiles: number, macs: number) => {
  if (macs < fewMacs) return { shares: 1, groups: 1 };
  const shares = Math.max(1, Math.min(enoughTasks, blocks, Math.floor(2 ** 23 / kernelBytes)));
  return { shares, groups: Math.min(tiles, Math.ceil(enoughTasks / shares)) };
};

/** Whole images that a tile takes at once, or rows of a single one. */
const chunkOf = (rows: number, columns: number, rowBytes: number) => {
  const rowsPerChunk = Math.max(
    1,
    Math.min(rows, Math.max(Math.floor(chunkBytes / rowBytes), Math.ceil(64 / columns))),
  );
  const imagesPerChunk = rowsPerChunk === rows ? Math.max(1, Math.floor(chunkBytes / (rowBytes * rows))) : 1;
  return { imagesPerChunk, rowsPerChunk };
};

export const conv2dFilterGrad = (
  pool: Pool,
  x: { readonly address: number; readonly shape: readonly number[] },
  dy: { readonly address: number; readonly shape: readonly number[] },
  target: number,
  kernelShape: readonly number[],
  convolution: Convolution,
): void => {
  const { stride, padding } = convolution;
  const xShape = fourSides(x.shape);
  const [batch, height, width, inputs] = xShape;
  const [size, , , outputs] = fourSides(kernelShape);
  const outputShape = convolutionShape(x.shape, kernelShape, convolution);
  expectShape("A convolution output's gradient", dy.shape, outputShape);
  const [, outputHeight, outputWidth] = outputShape;
  const macs = batch * outputHeight * outputWidth * size * size * inputs * outputs;
  const tiles = size * Math.ceil((size * inputs) / tileRows);
  const sumsBytes = tiles * Math.ceil(outputs / tileColumns) * tileBytes;
  const rowBytes = (stride * stride * inputs + outputs) * outputWidth * 4;

  withTemporaries(pool, (temporaries) => {
    const margins = { top: padding, left: padding, height: height + 2 * padding, width: width + 2 * padding };
    const { blocks, settings } = paddedImages(temporaries, x.address, xShape, margins, macs);
    const { shares, groups } = filterGradTasks(blocks, sumsBytes, tiles, macs);
    const sums = temporaries.allocate(sumsBytes * shares);
    pool.run(FilterGrad, shares * groups, {
      ...settings,
      dy: dy.address,
      sums,
      stride,
      size,
      outputHeight,
      outputWidth,
      outputs,
      shares,
      groups,
      ...chunkOf(outputHeight, outputWidth, rowBytes),
    });
    pool.run(FilterGradSum, size, { sums, to: target, run: size * inputs, outputs, shares, taps: size });
  });
};

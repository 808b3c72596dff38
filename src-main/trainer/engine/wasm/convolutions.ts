import { outputSide, type Convolution } from '../ops.ts';
import {
  kernelConvolve,
  kernelFilterGrad,
  kernelFilterGradSum,
  kernelMultiplyMatrices,
  kernelPack,
  tileColumns,
  tileRows,
} from './kernels/layout.ts';
import { copyBox } from './elementwise.ts';
import type { Pool } from './pool.ts';
import { expectShape, fourSides, twoSides } from './shapes.ts';

// Sizes below depend on the shapes alone, never on the number of threads: so do the results.
/** Bytes of padded images that a task takes at once; they stay in the second-level cache. */
const blockBytes = 131072;
/** Tasks that a kernel is cut into at least, where there is enough to do. */
const enoughTasks = 16;
/** Multiply-accumulates that are not worth waking other threads for. */
const fewMacs = 500_000;
const tileBytes = tileRows * tileColumns * 4;

const imagesPerTask = (batch: number, imageBytes: number, macs: number): number => {
  if (macs < fewMacs) return batch;
  return Math.max(1, Math.min(Math.floor(blockBytes / imageBytes), Math.ceil(batch / enoughTasks)));
};

/** Output rows (or columns) of a phase: the first one, its step, and where its window begins, in the source without padding. */
interface PhaseAxis {
  readonly taps: number;
  readonly firstTap: number;
  readonly targets: readonly number[];
  readonly windows: readonly number[];
}

/** Where the kernel for a product is found: strides in floats of row taps, column taps, depth and columns. */
interface Packing {
  readonly start: number;
  readonly strides: readonly [rowTap: number, columnTap: number, depth: number, column: number];
}

interface Phase {
  readonly rows: PhaseAxis;
  readonly columns: PhaseAxis;
  readonly packing: Packing;
}

interface Product {
  readonly source: number;
  readonly kernel: number;
  readonly target: number;
  /** [B,H,W,C] and [B,H',W',O]. */
  readonly sourceShape: readonly [number, number, number, number];
  readonly targetShape: readonly [number, number, number, number];
  readonly phases: readonly Phase[];
}

/** Zeros needed before and after a side so that every window lies inside. */
const margins = (axes: readonly PhaseAxis[], side: number): { before: number; padded: number } => {
  const used = axes.filter(({ taps }) => taps > 0);
  const before = Math.max(0, ...used.flatMap(({ windows }) => windows.map((window) => -window)));
  const end = Math.max(side, ...used.flatMap(({ taps, windows }) => windows.map((window) => window + taps)));
  return { before, padded: before + end };
};

/** Runs a convolution, given as one or more phases, over all images. */
const multiply = (pool: Pool, { source, kernel, target, sourceShape, targetShape, phases }: Product): void => {
  const { heap } = pool;
  const [batch, height, width, depth] = sourceShape;
  const [, targetHeight, targetWidth, outputs] = targetShape;
  const vertical = margins(
    phases.map(({ rows }) => rows),
    height,
  );
  const horizontal = margins(
    phases.map(({ columns }) => columns),
    width,
  );
  const imageBytes = vertical.padded * horizontal.padded * depth * 4;
  const taps = phases.reduce((sum, { rows, columns }) => sum + rows.taps * columns.taps * rows.targets.length, 0);
  const perTask = imagesPerTask(batch, imageBytes, batch * targetWidth * taps * depth * outputs);

  const temporaries: number[] = [];
  const temporary = (bytes: number): number => {
    const address = heap.allocate(bytes);
    temporaries.push(address);
    return address;
  };
  try {
    const description = phases.map(({ rows, columns, packing }) => {
      const pixels = rows.targets.length * columns.targets.length;
      const run = columns.taps * depth;
      const packed = temporary(rows.taps * run * Math.ceil(outputs / tileColumns) * tileColumns * 4);
      pool.run(kernelPack, rows.taps * run === 0 ? 0 : Math.ceil(outputs / tileColumns), [
        kernel + packing.start * 4,
        packed,
        rows.taps,
        columns.taps,
        depth,
        outputs,
        ...packing.strides,
      ]);
      const table = temporary(pixels * perTask * 8);
      const entries = pool.integers(table, pixels * perTask * 2);
      let entry = 0;
      for (let image = 0; image < perTask; image++) {
        rows.targets.forEach((row, rowIndex) => {
          const windowRow = image * vertical.padded + (rows.windows[rowIndex] ?? 0) + vertical.before;
          columns.targets.forEach((column, columnIndex) => {
            const window = windowRow * horizontal.padded + (columns.windows[columnIndex] ?? 0) + horizontal.before;
            entries[entry++] = rows.taps * run === 0 ? 0 : window * depth * 4;
            entries[entry++] = ((image * targetHeight + row) * targetWidth + column) * outputs * 4;
          });
        });
      }
      return [table, pixels, run === 0 ? 0 : rows.taps, run, packed];
    });
    const phaseList = temporary(description.length * 20);
    pool.integers(phaseList, description.length * 5).set(description.flat());
    const scratchBytes = Math.ceil((perTask * imageBytes) / 64) * 64 + 128;
    const scratch = temporary(scratchBytes * pool.threads);
    pool.run(kernelConvolve, Math.ceil(batch / perTask), [
      source,
      target,
      batch,
      height,
      width,
      depth,
      vertical.before,
      horizontal.before,
      vertical.padded,
      horizontal.padded,
      perTask,
      outputs,
      targetHeight * targetWidth * outputs * 4,
      phases.length,
      phaseList,
      scratch,
      scratchBytes,
    ]);
  } finally {
    temporaries.forEach(heap.free);
  }
};

const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

/** Checks that image [B,H,W,I] and kernel [K,K,I,O] fit each other. @returns the output's shape. */
const outputShapeOf = (
  inputShape: readonly number[],
  kernelShape: readonly number[],
  { stride, padding }: Convolution,
): [number, number, number, number] => {
  const [size, , inputs, outputs] = fourSides(kernelShape);
  const [batch, height, width] = fourSides(inputShape);
  expectShape('A convolution kernel', kernelShape, [size, size, inputs, outputs]);
  expectShape('A convolution input', inputShape, [batch, height, width, inputs]);
  return [batch, outputSide(height, size, stride, padding), outputSide(width, size, stride, padding), outputs];
};

export const convolutionShape = outputShapeOf;

export const conv2d = (
  pool: Pool,
  x: { readonly address: number; readonly shape: readonly number[] },
  kernel: { readonly address: number; readonly shape: readonly number[] },
  target: number,
  convolution: Convolution,
): void => {
  const sourceShape = fourSides(x.shape);
  const targetShape = outputShapeOf(x.shape, kernel.shape, convolution);
  const [size, , inputs, outputs] = fourSides(kernel.shape);
  const axis = (side: number): PhaseAxis => ({
    taps: size,
    firstTap: 0,
    targets: range(side),
    windows: range(side).map((index) => index * convolution.stride - convolution.padding),
  });
  multiply(pool, {
    source: x.address,
    kernel: kernel.address,
    target,
    sourceShape,
    targetShape,
    phases: [
      {
        rows: axis(targetShape[1]),
        columns: axis(targetShape[2]),
        packing: { start: 0, strides: [size * inputs * outputs, inputs * outputs, outputs, 1] },
      },
    ],
  });
};

/**
 * ∂/∂x is a convolution of dy with the kernel turned round. Input rows i with the same (i + padding) mod stride = r meet the same
 * kernel rows r, r + stride, …: each such phase is a convolution of stride 1 over dy.
 */
export const conv2dInputGrad = (
  pool: Pool,
  dy: { readonly address: number; readonly shape: readonly number[] },
  kernel: { readonly address: number; readonly shape: readonly number[] },
  target: number,
  inputShape: readonly number[],
  convolution: Convolution,
): void => {
  const { stride, padding } = convolution;
  const targetShape = fourSides(inputShape);
  const [size, , inputs, outputs] = fourSides(kernel.shape);
  const dyShape = outputShapeOf(inputShape, kernel.shape, convolution);
  expectShape("A convolution output's gradient", dy.shape, dyShape);
  const axis = (side: number, residue: number): PhaseAxis => {
    const taps = residue < size ? Math.ceil((size - residue) / stride) : 0;
    const targets = range(side).filter((index) => (index + padding) % stride === residue);
    return {
      taps,
      firstTap: residue + stride * (taps - 1),
      targets,
      windows: targets.map((index) => Math.floor((index + padding) / stride) - taps + 1),
    };
  };
  const rows = range(stride).map((residue) => axis(targetShape[1], residue));
  const columns = range(stride).map((residue) => axis(targetShape[2], residue));
  multiply(pool, {
    source: dy.address,
    kernel: kernel.address,
    target,
    sourceShape: dyShape,
    targetShape,
    phases: rows.flatMap((row) =>
      columns.map((column) => ({
        rows: row,
        columns: column,
        packing: {
          start: (row.firstTap * size + column.firstTap) * inputs * outputs,
          strides: [-stride * size * inputs * outputs, -stride * inputs * outputs, 1, outputs],
        },
      })),
    ),
  });
};

/** Shares of the images, each summed on its own, and groups of the kernel's elements: the tasks of a filter gradient. */
const filterGradTasks = (blocks: number, kernelBytes: number, tiles: number, macs: number) => {
  if (macs < fewMacs) return { shares: 1, groups: 1 };
  const shares = Math.max(1, Math.min(enoughTasks, blocks, Math.floor(2 ** 23 / kernelBytes)));
  return { shares, groups: Math.min(tiles, Math.ceil(enoughTasks / shares)) };
};

export const conv2dFilterGrad = (
  pool: Pool,
  x: { readonly address: number; readonly shape: readonly number[] },
  dy: { readonly address: number; readonly shape: readonly number[] },
  target: number,
  kernelShape: readonly number[],
  convolution: Convolution,
): void => {
  const { heap } = pool;
  const { stride, padding } = convolution;
  const [batch, height, width, inputs] = fourSides(x.shape);
  const [size, , , outputs] = fourSides(kernelShape);
  const outputShape = outputShapeOf(x.shape, kernelShape, convolution);
  expectShape("A convolution output's gradient", dy.shape, outputShape);
  const [, outputHeight, outputWidth] = outputShape;
  const paddedHeight = height + 2 * padding;
  const paddedWidth = width + 2 * padding;
  const imageBytes = paddedHeight * paddedWidth * inputs * 4;
  const macs = batch * outputHeight * outputWidth * size * size * inputs * outputs;
  const perBlock = imagesPerTask(batch, imageBytes, macs);
  const tiles = size * Math.ceil((size * inputs) / tileRows);
  const sumsBytes = tiles * Math.ceil(outputs / tileColumns) * tileBytes;
  const { shares, groups } = filterGradTasks(Math.ceil(batch / perBlock), sumsBytes, tiles, macs);

  // What the tiles read again and again stays in the first-level cache.
  const rowBytes = (stride * stride * inputs + outputs) * outputWidth * 4;
  const rowsPerChunk = Math.max(
    1,
    Math.min(outputHeight, Math.max(Math.floor(24576 / rowBytes), Math.ceil(64 / outputWidth))),
  );
  const imagesPerChunk = Math.max(1, Math.floor(24576 / (rowBytes * outputHeight)));

  const scratchBytes = Math.ceil((perBlock * imageBytes) / 64) * 64 + 128;
  const scratch = heap.allocate(scratchBytes * pool.threads);
  try {
    const sums = heap.allocate(sumsBytes * shares);
    pool.run(kernelFilterGrad, shares * groups, [
      x.address,
      dy.address,
      sums,
      batch,
      height,
      width,
      inputs,
      padding,
      padding,
      paddedHeight,
      paddedWidth,
      stride,
      size,
      outputHeight,
      outputWidth,
      outputs,
      perBlock,
      shares,
      groups,
      rowsPerChunk === outputHeight ? imagesPerChunk : 1,
      rowsPerChunk,
      scratch,
      scratchBytes,
    ]);
    pool.run(kernelFilterGradSum, size, [sums, target, size * inputs, outputs, shares, size]);
    heap.free(sums);
  } finally {
    heap.free(scratch);
  }
};

/** Rows, inner side and columns of a product of matrices, each transposed on request. @throws Error where they do not fit. */
export const productSides = (
  aShape: readonly number[],
  bShape: readonly number[],
  transposeA: boolean,
  transposeB: boolean,
): [rows: number, inner: number, columns: number] => {
  const [aRows, aColumns] = twoSides(aShape);
  const [bRows, bColumns] = twoSides(bShape);
  const [rows, inner] = transposeA ? [aColumns, aRows] : [aRows, aColumns];
  const [innerB, columns] = transposeB ? [bColumns, bRows] : [bRows, bColumns];
  if (inner !== innerB) throw new Error(`Matrices of ${inner} columns and ${innerB} rows do not multiply.`);
  return [rows, inner, columns];
};

/** A product of two matrices is a convolution by 1×1 over images of one pixel. */
export const matMul = (
  pool: Pool,
  a: number,
  b: number,
  target: number,
  [rows, inner, columns]: readonly [number, number, number],
  transposeA: boolean,
  transposeB: boolean,
): void => {
  const turned = transposeA ? pool.heap.allocate(rows * inner * 4) : null;
  try {
    if (turned !== null) copyBox(pool, a, turned, [rows, inner], [1, rows], [inner, 1]);
    const point: PhaseAxis = { taps: 1, firstTap: 0, targets: [0], windows: [0] };
    multiply(pool, {
      source: turned ?? a,
      kernel: b,
      target,
      sourceShape: [rows, 1, 1, inner],
      targetShape: [rows, 1, 1, columns],
      phases: [
        {
          rows: point,
          columns: point,
          packing: { start: 0, strides: [0, 0, ...(transposeB ? ([1, inner] as const) : ([columns, 1] as const))] },
        },
      ],
    });
  } finally {
    if (turned !== null) pool.heap.free(turned);
  }
};

/** Products of many pairs of small matrices: a task is a pair. */
export const batchMatMul = (
  pool: Pool,
  a: number,
  b: number,
  target: number,
  pairs: number,
  [rows, inner, columns]: readonly [number, number, number],
  transposeA: boolean,
  transposeB: boolean,
): void => {
  const { heap } = pool;
  const table = heap.allocate(rows * 8);
  pool.integers(table, rows * 2).set(range(rows).flatMap((row) => [row * inner * 4, row * columns * 4]));
  const packedBytes = inner * Math.ceil(columns / tileColumns) * tileColumns * 4;
  const scratchBytes = Math.ceil((packedBytes + rows * inner * 4) / 64) * 64 + 128;
  const scratch = heap.allocate(scratchBytes * pool.threads);
  const strides = [...(transposeA ? [1, rows] : [inner, 1]), ...(transposeB ? [1, inner] : [columns, 1])];
  pool.run(kernelMultiplyMatrices, pairs, [
    a,
    b,
    target,
    rows,
    inner,
    columns,
    table,
    ...strides,
    scratch,
    scratchBytes,
  ]);
  heap.free(scratch);
  heap.free(table);
};

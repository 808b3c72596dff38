import { Convolve, ConvolvePhase, Pack } from './kernels/convolutions/table.ts';
import { tileColumns } from './kernels/layout.ts';
import { entryOf } from './kernelTable.ts';
import { paddedImages } from './paddedImages.ts';
import type { Pool } from './pool.ts';
import { withTemporaries } from './temporaries.ts';

/** Output rows (or columns) of a phase: the first one, its step, and where its window begins, in the source without padding. */
export interface PhaseAxis {
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
export const convolvePhases = (
  pool: Pool,
  { source, kernel, target, sourceShape, targetShape, phases }: Product,
): void => {
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
  const taps = phases.reduce((sum, { rows, columns }) => sum + rows.taps * columns.taps * rows.targets.length, 0);
  const panels = Math.ceil(outputs / tileColumns);
  withTemporaries(pool, (temporaries) => {
    const { imagesPerBlock, blocks, settings } = paddedImages(
      temporaries,
      source,
      sourceShape,
      { top: vertical.before, left: horizontal.before, height: vertical.padded, width: horizontal.padded },
      batch * targetWidth * taps * depth * outputs,
    );
    const description = phases.map(({ rows, columns, packing }) => {
      const pixels = rows.targets.length * columns.targets.length;
      const run = columns.taps * depth;
      const packed = temporaries.allocate(rows.taps * run * panels * tileColumns * 4);
      const [rowStride, columnStride, depthStride, step] = packing.strides;
      pool.run(Pack, rows.taps * run === 0 ? 0 : panels, {
        from: kernel + packing.start * 4,
        to: packed,
        rowTaps: rows.taps,
        columnTaps: columns.taps,
        depth,
        columns: outputs,
        rowStride,
        columnStride,
        depthStride,
        step,
      });
      const table = temporaries.allocate(pixels * imagesPerBlock * 8);
      const entries = pool.integers(table, pixels * imagesPerBlock * 2);
      let entry = 0;
      for (let image = 0; image < imagesPerBlock; image++) {
        rows.targets.forEach((row, rowIndex) => {
          const windowRow = image * vertical.padded + (rows.windows[rowIndex] ?? 0) + vertical.before;
          columns.targets.forEach((column, columnIndex) => {
            const window = windowRow * horizontal.padded + (columns.windows[columnIndex] ?? 0) + horizontal.before;
            entries[entry++] = rows.taps * run === 0 ? 0 : window * depth * 4;
            entries[entry++] = ((image * targetHeight + row) * targetWidth + column) * outputs * 4;
          });
        });
      }
      return entryOf(ConvolvePhase, { table, pixels, taps: run === 0 ? 0 : rows.taps, run, packed });
    });
    const words = description.flat();
    const phaseList = temporaries.allocate(words.length * 4);
    pool.integers(phaseList, words.length).set(words);
    pool.run(Convolve, blocks, {
      ...settings,
      to: target,
      outputs,
      outputImageBytes: targetHeight * targetWidth * outputs * 4,
      phaseCount: phases.length,
      phases: phaseList,
    });
  });
};

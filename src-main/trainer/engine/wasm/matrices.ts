import { copyBox } from './elementwise.ts';
import { tileColumns } from './kernels/layout.ts';
import { MultiplyMatrices } from './kernels/matrices/table.ts';
import { convolvePhases, type PhaseAxis } from './phases.ts';
import type { Pool } from './pool.ts';
import { twoSides } from './shapes.ts';
import { withTemporaries } from './temporaries.ts';

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
  withTemporaries(pool, ({ allocate }) => {
    const source = transposeA ? allocate(rows * inner * 4) : a;
    if (transposeA) copyBox(pool, a, source, [rows, inner], [1, rows], [inner, 1]);
    const point: PhaseAxis = { taps: 1, firstTap: 0, targets: [0], windows: [0] };
    convolvePhases(pool, {
      source,
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
  });
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
  withTemporaries(pool, ({ allocate, scratch }) => {
    const table = allocate(rows * 8);
    const entries = Array.from({ length: rows }, (_, row) => [row * inner * 4, row * columns * 4]);
    pool.integers(table, rows * 2).set(entries.flat());
    const packedBytes = inner * Math.ceil(columns / tileColumns) * tileColumns * 4;
    pool.run(MultiplyMatrices, pairs, {
      a,
      b,
      to: target,
      rows,
      inner,
      columns,
      table,
      aRow: transposeA ? 1 : inner,
      aStep: transposeA ? rows : 1,
      bRow: transposeB ? 1 : columns,
      bStep: transposeB ? inner : 1,
      ...scratch(packedBytes + rows * inner * 4),
    });
  });
};

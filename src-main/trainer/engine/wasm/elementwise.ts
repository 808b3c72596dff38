import { type DataType, elementCount } from '../ops.ts';
import { kernelBinary, kernelCopyBox, stripElements } from './kernels/layout.ts';
import * as layout from './kernels/layout.ts';
import type { Pool } from './pool.ts';
import type { BroadcastAxis } from './shapes.ts';
import { elementBytes } from '../counters.ts';

const typeNumbers: Readonly<Record<Exclude<DataType, 'bfloat16'>, number>> = {
  float32: layout.typeFloat32,
  int32: layout.typeInt32,
  int64: layout.typeInt64,
  uint8: layout.typeUint8,
  bool: layout.typeBool,
};

/** The kernels' number of a data type. */
export const typeNumberOf = (dataType: DataType): number => {
  if (dataType === 'bfloat16') throw new Error('The WebAssembly engine has no bfloat16.');
  return typeNumbers[dataType];
};

/** Tasks of a kernel that works strip by strip. */
export const stripsOf = (elements: number): number => Math.ceil(elements / stripElements);

/** Calls a kernel that works strip by strip. */
export const runStrips = (
  pool: Pool,
  kernel: number,
  addresses: readonly number[],
  elements: number,
  settings: readonly number[] = [],
  floats: readonly number[] = [],
): void => {
  pool.run(kernel, stripsOf(elements), [...addresses, elements, ...settings], floats);
};

/** Calls a kernel that works row by row. */
export const runRows = (
  pool: Pool,
  kernel: number,
  addresses: readonly number[],
  rows: number,
  channels: number,
  floats: readonly number[] = [],
): void => {
  const perTask = Math.max(1, Math.floor(stripElements / Math.max(1, channels)));
  pool.run(kernel, Math.ceil(rows / perTask), [...addresses, rows, channels, perTask], floats);
};

/** Cuts a single long row into strips and what is left over. */
const cut = (row: BroadcastAxis): { readonly axes: readonly BroadcastAxis[]; readonly done: number }[] => {
  const strips = Math.floor(row.side / stripElements);
  const done = strips * stripElements;
  const whole = {
    axes: [
      { ...row, side: stripElements },
      { side: strips, a: row.a * stripElements, b: row.b * stripElements },
    ],
    done: 0,
  };
  return row.side === done ? [whole] : [whole, { axes: [{ ...row, side: row.side - done }], done }];
};

/** to = a ∘ b along the axes of a broadcast. */
export const binary = (
  pool: Pool,
  operation: number,
  addresses: readonly [a: number, b: number, to: number],
  dataType: DataType,
  axes: readonly BroadcastAxis[],
): void => {
  const [a, b, to] = addresses;
  const size = elementBytes(dataType);
  const [first] = axes;
  const isOneRow = axes.length === 1 && first !== undefined && first.side > stripElements;
  for (const { axes: part, done } of isOneRow ? cut(first) : [{ axes, done: 0 }]) {
    const [row, ...outer] = part;
    if (row === undefined) throw new Error('A broadcast has no axis.');
    const rows = outer.reduce((product, { side }) => product * side, 1);
    const rowsPerTask = Math.max(1, Math.floor(stripElements / Math.max(1, row.side)));
    pool.run(kernelBinary, Math.ceil(rows / rowsPerTask), [
      a + done * row.a * size,
      b + done * row.b * size,
      to + done * size,
      operation,
      typeNumberOf(dataType),
      rows,
      row.side,
      rowsPerTask,
      row.a,
      row.b,
      outer.length,
      ...outer.flatMap(({ side, a: aStride, b: bStride }) => [side, aStride, bStride]),
    ]);
  }
};

/** Copies a box of floats of the given shape between places with the given strides (in elements; the target's last is 1). */
export const copyBox = (
  pool: Pool,
  from: number,
  to: number,
  shape: readonly number[],
  fromStrides: readonly number[],
  toStrides: readonly number[],
): void => {
  const [row = { side: 1, from: 1, to: 1 }, ...outer] = shape
    .map((side, axis) => ({ side, from: fromStrides[axis] ?? 1, to: toStrides[axis] ?? 1 }))
    .reverse();
  const rows = elementCount(shape.slice(0, -1));
  const rowsPerTask = Math.max(1, Math.floor(stripElements / Math.max(1, row.side)));
  pool.run(kernelCopyBox, elementCount(shape) === 0 ? 0 : Math.ceil(rows / rowsPerTask), [
    from,
    to,
    rows,
    row.side,
    rowsPerTask,
    row.from,
    outer.length,
    ...outer.flatMap((axis) => [axis.side, axis.from, axis.to]),
  ]);
};

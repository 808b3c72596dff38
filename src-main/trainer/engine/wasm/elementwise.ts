import { type DataType, elementCount } from '../ops.ts';
import { Binary, BinaryAxis } from './kernels/elementwise/table.ts';
import { stripElements } from './kernels/layout.ts';
import { CopyAxis, CopyBox } from './kernels/moves/table.ts';
import { entryOf } from './kernelTable.ts';
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

/** Tasks of a kernel that works row by row. */
export const rowTasks = (rows: number, channels: number): { readonly tasks: number; readonly rowsPerTask: number } => {
  const rowsPerTask = Math.max(1, Math.floor(stripElements / Math.max(1, channels)));
  return { tasks: Math.ceil(rows / rowsPerTask), rowsPerTask };
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
    const { tasks, rowsPerTask } = rowTasks(rows, row.side);
    pool.run(Binary, tasks, {
      a: a + done * row.a * size,
      b: b + done * row.b * size,
      to: to + done * size,
      operation,
      type: typeNumberOf(dataType),
      rows,
      count: row.side,
      rowsPerTask,
      aStep: row.a,
      bStep: row.b,
      axes: outer.length,
      list: outer.flatMap(({ side, a: aStride, b: bStride }) => entryOf(BinaryAxis, { side, aStride, bStride })),
    });
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
  const { tasks, rowsPerTask } = rowTasks(rows, row.side);
  pool.run(CopyBox, elementCount(shape) === 0 ? 0 : tasks, {
    from,
    to,
    rows,
    count: row.side,
    rowsPerTask,
    step: row.from,
    axes: outer.length,
    list: outer.flatMap((axis) => entryOf(CopyAxis, { side: axis.side, fromStride: axis.from, toStride: axis.to })),
  });
};

import type { DataType, Tensor } from '../ops.ts';
import type { Pool } from './pool.ts';
import { openTensors, type Located, type Tensors } from './tensors.ts';

/** What every op works with: the threads, the tensors in their memory, and how a result is made. */
export interface Operands extends Tensors {
  readonly pool: Pool;
  /** Where a tensor of float32 lies. @throws Error for another type. */
  floats(tensor: Tensor): Located;
  addressOf(tensor: Tensor): number;
  values(located: Located): Float32Array;
  /** A new tensor of float32 with these values. */
  vector(values: ArrayLike<number>): Tensor;
  /** Counts an op, makes its result and fills it. */
  made(op: string, shape: readonly number[], fill: (to: number) => void, dataType?: DataType): Tensor;
}

export const openOperands = (pool: Pool): Operands => {
  const tensors = openTensors(pool);
  const { accounts, locate, create, dispose } = tensors;
  const addressOf = (tensor: Tensor): number => locate(tensor).address;
  return {
    ...tensors,
    pool,
    floats: (tensor) => locate(tensor, 'float32'),
    addressOf,
    values: ({ address, count }) => pool.floats(address, count),
    vector(values) {
      const tensor = create([values.length]);
      pool.floats(addressOf(tensor), values.length).set(values);
      return tensor;
    },
    made(op, shape, fill, dataType = 'float32') {
      accounts.ran(op);
      const result = create(shape, dataType);
      try {
        fill(addressOf(result));
        return result;
      } catch (error) {
        dispose(result);
        throw error;
      }
    },
  };
};

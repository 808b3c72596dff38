import type { Ops, Tensor } from '../ops.ts';
import { channelSums } from './batchNorms.ts';
import { stripsOf } from './elementwise.ts';
import { Sums } from './kernels/elementwise/table.ts';
import type { Operands } from './operands.ts';
import { rowsAndChannels } from './shapes.ts';
import { withTemporaries } from './temporaries.ts';

type ReductionOps = Pick<Ops, 'sum' | 'squaredNorm' | 'biasAddGrad'>;

export const reductionOps = ({ pool, floats, made }: Operands): ReductionOps => {
  const sumOf = (tensor: Tensor, isSquared: boolean): number => {
    const { address, count } = floats(tensor);
    const strips = stripsOf(count);
    return withTemporaries(pool, ({ allocate }) => {
      const sums = allocate(strips * 8);
      pool.run(Sums, strips, { x: address, sums, count, isSquared: isSquared ? 1 : 0 });
      return pool.doubles(sums, strips).reduce((total, part) => total + part, 0);
    });
  };
  const scalar = (op: string, value: number): Tensor =>
    made(op, [], (to) => {
      pool.floats(to, 1)[0] = value;
    });
  return {
    sum: (x) => scalar('sum', sumOf(x, false)),
    squaredNorm: (list) =>
      scalar(
        'squaredNorm',
        list.reduce((total, tensor) => total + sumOf(tensor, true), 0),
      ),
    biasAddGrad(dy) {
      const { address } = floats(dy);
      const { rows, channels } = rowsAndChannels(dy.shape);
      const { sums } = channelSums(pool, address, address, rows, channels);
      return made('biasAddGrad', [channels], (to) => {
        pool.floats(to, channels).set(sums);
      });
    },
  };
};

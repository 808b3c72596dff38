import { type MaxPooling, type Ops, outputSide } from '../ops.ts';
import * as layout from './kernels/layout.ts';
import type { Operands } from './operands.ts';
import { expectShape, fourSides } from './shapes.ts';

type PoolingOps = Pick<Ops, 'maxPool' | 'maxPoolGrad' | 'averagePool' | 'averagePoolGrad'>;

/** The smaller images' shape, and how a kernel makes either of them, given its other tensors. */
const pooled = (
  { pool }: Operands,
  imageShape: readonly number[],
  { size, stride, padding = 0 }: MaxPooling,
): {
  readonly shape: readonly number[];
  readonly run: (kernel: number, to: number, others: readonly [first: number, second?: number, third?: number]) => void;
} => {
  const [batch, height, width, channels] = fourSides(imageShape);
  const rows = outputSide(height, size, stride, padding);
  const columns = outputSide(width, size, stride, padding);
  return {
    shape: [batch, rows, columns, channels],
    run(kernel, to, [first, second = 0, third = 0]) {
      const geometry = [height, width, channels, rows, columns, size, stride, padding];
      pool.run(kernel, batch, [to, first, second, third, ...geometry]);
    },
  };
};

export const poolingOps = (operands: Operands): PoolingOps => {
  const { floats, made } = operands;
  return {
    maxPool(x, pooling) {
      const { address } = floats(x);
      const { shape, run } = pooled(operands, x.shape, pooling);
      return made('maxPool', shape, (to) => {
        run(layout.kernelMaxPool, to, [address]);
      });
    },
    maxPoolGrad(dy, x, y, pooling) {
      const [gradient, input, output] = [floats(dy), floats(x), floats(y)];
      const { shape, run } = pooled(operands, x.shape, pooling);
      expectShape("A max pool's output", y.shape, shape);
      expectShape("A max pool's gradient", dy.shape, shape);
      return made('maxPoolGrad', x.shape, (to) => {
        run(layout.kernelMaxPoolGrad, to, [input.address, output.address, gradient.address]);
      });
    },
    averagePool(x, pooling) {
      const { address } = floats(x);
      const { shape, run } = pooled(operands, x.shape, pooling);
      return made('averagePool', shape, (to) => {
        run(layout.kernelAveragePool, to, [address]);
      });
    },
    averagePoolGrad(dy, inputShape, pooling) {
      const { address } = floats(dy);
      const { shape, run } = pooled(operands, inputShape, pooling);
      expectShape("An average pool's gradient", dy.shape, shape);
      return made('averagePoolGrad', inputShape, (to) => {
        run(layout.kernelAveragePoolGrad, to, [address]);
      });
    },
  };
};

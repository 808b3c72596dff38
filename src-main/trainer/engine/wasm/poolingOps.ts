import { type MaxPooling, type Ops, outputSide } from '../ops.ts';
import { AveragePool, AveragePoolGrad, MaxPool, MaxPoolGrad, type Pooling } from './kernels/poolings/table.ts';
import type { ArgumentsOf } from './kernelTable.ts';
import type { Operands } from './operands.ts';
import { expectShape, fourSides } from './shapes.ts';

type PoolingOps = Pick<Ops, 'maxPool' | 'maxPoolGrad' | 'averagePool' | 'averagePoolGrad'>;

/** The smaller images' shape, a kernel's tasks and what each is given first. */
const pooled = (
  imageShape: readonly number[],
  { size, stride, padding = 0 }: MaxPooling,
): {
  readonly shape: readonly number[];
  readonly tasks: number;
  readonly geometry: Omit<ArgumentsOf<typeof Pooling>, 'to'>;
} => {
  const [batch, height, width, channels] = fourSides(imageShape);
  const rows = outputSide(height, size, stride, padding);
  const columns = outputSide(width, size, stride, padding);
  return {
    shape: [batch, rows, columns, channels],
    tasks: batch,
    geometry: { height, width, channels, outputHeight: rows, outputWidth: columns, size, stride, padding },
  };
};

export const poolingOps = ({ pool, floats, made }: Operands): PoolingOps => {
  return {
    maxPool(x, pooling) {
      const { address } = floats(x);
      const { shape, tasks, geometry } = pooled(x.shape, pooling);
      return made('maxPool', shape, (to) => {
        pool.run(MaxPool, tasks, { ...geometry, to, x: address });
      });
    },
    maxPoolGrad(dy, x, y, pooling) {
      const [gradient, input, output] = [floats(dy), floats(x), floats(y)];
      const { shape, tasks, geometry } = pooled(x.shape, pooling);
      expectShape("A max pool's output", y.shape, shape);
      expectShape("A max pool's gradient", dy.shape, shape);
      return made('maxPoolGrad', x.shape, (to) => {
        pool.run(MaxPoolGrad, tasks, { ...geometry, to, x: input.address, y: output.address, dy: gradient.address });
      });
    },
    averagePool(x, pooling) {
      const { address } = floats(x);
      const { shape, tasks, geometry } = pooled(x.shape, pooling);
      return made('averagePool', shape, (to) => {
        pool.run(AveragePool, tasks, { ...geometry, to, x: address });
      });
    },
    averagePoolGrad(dy, inputShape, pooling) {
      const { address } = floats(dy);
      const { shape, tasks, geometry } = pooled(inputShape, pooling);
      expectShape("An average pool's gradient", dy.shape, shape);
      return made('averagePoolGrad', inputShape, (to) => {
        pool.run(AveragePoolGrad, tasks, { ...geometry, to, dy: address });
      });
    },
  };
};

import type { Ops, Tensor } from '../ops.ts';
import { rowTasks, stripsOf } from './elementwise.ts';
import { Relu, ReluGrad } from './kernels/elementwise/table.ts';
import { Gelu, GeluGrad, Softmax, SoftmaxGrad } from './kernels/tokens/table.ts';
import type { Operands } from './operands.ts';
import { expectShape, rowsAndChannels } from './shapes.ts';

type ActivationOps = Pick<Ops, 'relu' | 'reluGrad' | 'gelu' | 'geluGrad' | 'softmax' | 'softmaxGrad'>;

export const activationOps = ({ pool, floats, made }: Operands): ActivationOps => {
  const activation = (op: string, kernel: typeof Relu | typeof Gelu, x: Tensor): Tensor => {
    const { address, shape, count } = floats(x);
    return made(op, shape, (to) => {
      pool.run(kernel, stripsOf(count), { x: address, to, count });
    });
  };
  /** @param tensor - what the activation was given, or gave. @param run - calls the kernel with the addresses. */
  const gradient = (
    op: string,
    what: string,
    dy: Tensor,
    tensor: Tensor,
    run: (
      tasks: number,
      given: { readonly dy: number; readonly to: number; readonly count: number },
      other: number,
    ) => void,
  ): Tensor => {
    const [{ address }, other] = [floats(dy), floats(tensor)];
    expectShape(`${what}'s gradient`, dy.shape, other.shape);
    return made(op, other.shape, (to) => {
      run(stripsOf(other.count), { dy: address, to, count: other.count }, other.address);
    });
  };
  return {
    relu: (x) => activation('relu', Relu, x),
    reluGrad: (dy, y) =>
      gradient('reluGrad', 'A ReLU', dy, y, (tasks, given, output) => {
        pool.run(ReluGrad, tasks, { ...given, y: output });
      }),
    gelu: (x) => activation('gelu', Gelu, x),
    geluGrad: (dy, x) =>
      gradient('geluGrad', 'A GELU', dy, x, (tasks, given, input) => {
        pool.run(GeluGrad, tasks, { ...given, x: input });
      }),
    softmax(x) {
      const { address } = floats(x);
      const { rows, channels } = rowsAndChannels(x.shape);
      return made('softmax', x.shape, (to) => {
        const { tasks, rowsPerTask } = rowTasks(rows, channels);
        pool.run(Softmax, tasks, { x: address, to, rows, channels, rowsPerTask });
      });
    },
    softmaxGrad(dy, y) {
      const [{ address }, output] = [floats(dy), floats(y)];
      expectShape("A softmax's gradient", dy.shape, y.shape);
      const { rows, channels } = rowsAndChannels(y.shape);
      return made('softmaxGrad', y.shape, (to) => {
        const { tasks, rowsPerTask } = rowTasks(rows, channels);
        pool.run(SoftmaxGrad, tasks, { dy: address, y: output.address, to, rows, channels, rowsPerTask });
      });
    },
  };
};

import type { Ops, Tensor } from '../ops.ts';
import { runRows, runStrips } from './elementwise.ts';
import * as layout from './kernels/layout.ts';
import type { Operands } from './operands.ts';
import { expectShape, rowsAndChannels } from './shapes.ts';

type ActivationOps = Pick<Ops, 'relu' | 'reluGrad' | 'gelu' | 'geluGrad' | 'softmax' | 'softmaxGrad'>;

export const activationOps = ({ pool, floats, made }: Operands): ActivationOps => {
  const activation = (op: string, kernel: number, x: Tensor): Tensor => {
    const { address, shape, count } = floats(x);
    return made(op, shape, (to) => {
      runStrips(pool, kernel, [address, to], count);
    });
  };
  /** @param tensor - what the activation was given, or gave. */
  const gradient = (op: string, what: string, kernel: number, dy: Tensor, tensor: Tensor): Tensor => {
    const [{ address }, other] = [floats(dy), floats(tensor)];
    expectShape(`${what}'s gradient`, dy.shape, other.shape);
    return made(op, other.shape, (to) => {
      runStrips(pool, kernel, [address, other.address, to], other.count);
    });
  };
  return {
    relu: (x) => activation('relu', layout.kernelRelu, x),
    reluGrad: (dy, y) => gradient('reluGrad', 'A ReLU', layout.kernelReluGrad, dy, y),
    gelu: (x) => activation('gelu', layout.kernelGelu, x),
    geluGrad: (dy, x) => gradient('geluGrad', 'A GELU', layout.kernelGeluGrad, dy, x),
    softmax(x) {
      const { address } = floats(x);
      const { rows, channels } = rowsAndChannels(x.shape);
      return made('softmax', x.shape, (to) => {
        runRows(pool, layout.kernelSoftmax, [address, to], rows, channels);
      });
    },
    softmaxGrad(dy, y) {
      const [{ address }, output] = [floats(dy), floats(y)];
      expectShape("A softmax's gradient", dy.shape, y.shape);
      const { rows, channels } = rowsAndChannels(y.shape);
      return made('softmaxGrad', y.shape, (to) => {
        runRows(pool, layout.kernelSoftmaxGrad, [address, output.address, to], rows, channels);
      });
    },
  };
};

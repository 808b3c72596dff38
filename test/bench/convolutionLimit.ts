import { performance } from 'node:perf_hooks';
import { elementCount, type Ops, type Tensor } from '../../src-main/trainer/engine/ops.ts';
import { median } from './median.ts';

/** One convolution of a step: its inputs, and the call. */
interface Call {
  readonly inputs: readonly Pick<Tensor, 'shape' | 'dataType'>[];
  readonly run: (ops: Ops, inputs: readonly Tensor[]) => Tensor;
}

const two = ([a, b]: readonly Tensor[]): [Tensor, Tensor] => {
  if (a === undefined || b === undefined) throw new Error('A convolution has two inputs.');
  return [a, b];
};

/** The op table, noting in `calls` every convolution that it is asked for. */
export const notingConvolutions = (ops: Ops, calls: Call[]): Ops => ({
  ...ops,
  conv2d(x, kernel, convolution) {
    calls.push({ inputs: [x, kernel], run: (table, inputs) => table.conv2d(...two(inputs), convolution) });
    return ops.conv2d(x, kernel, convolution);
  },
  conv2dInputGrad(dy, kernel, inputShape, convolution) {
    calls.push({
      inputs: [dy, kernel],
      run: (table, inputs) => table.conv2dInputGrad(...two(inputs), inputShape, convolution),
    });
    return ops.conv2dInputGrad(dy, kernel, inputShape, convolution);
  },
  conv2dFilterGrad(x, dy, kernelShape, convolution) {
    calls.push({
      inputs: [x, dy],
      run: (table, inputs) => table.conv2dFilterGrad(...two(inputs), kernelShape, convolution),
    });
    return ops.conv2dFilterGrad(x, dy, kernelShape, convolution);
  },
});

/**
 * Milliseconds that a step's convolutions take by themselves, one after the other, each the median of a few runs on warm inputs: what
 * no step can beat with these kernels.
 */
export const convolutionMs = (ops: Ops, calls: readonly Call[], repeats = 3): number =>
  calls.reduce((sum, call) => {
    const inputs = call.inputs.map(({ shape, dataType }) => {
      const values = Float32Array.from({ length: elementCount(shape) }, (_, index) => Math.sin(index));
      const wide = ops.upload(values, shape);
      if (dataType === 'float32') return wide;
      const narrow = ops.cast(wide, dataType);
      ops.dispose(wide);
      return narrow;
    });
    const durations: number[] = [];
    for (let repeat = 0; repeat <= repeats; repeat++) {
      const start = performance.now();
      ops.dispose(call.run(ops, inputs));
      ops.synchronize();
      if (repeat > 0) durations.push(performance.now() - start);
    }
    inputs.forEach(ops.dispose);
    return sum + median(durations);
  }, 0);

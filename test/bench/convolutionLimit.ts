import { performance } from 'node:perf_hooks';
import { elementCount, type Ops, type Tensor } from '../../src-main/trainer/engine/ops.ts';
import { median } from './median.ts';

/** One convolution of a step: its inputs, and the call. */
export interface Call {
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
  conv2dInputGrad(dy, kernel, inputShape, convolution, added) {
    calls.push({
      inputs: [dy, kernel],
      run: (table, inputs) => table.conv2dInputGrad(...two(inputs), inputShape, convolution),
    });
    return ops.conv2dInputGrad(dy, kernel, inputShape, convolution, added);
  },
  conv2dFilterGrad(x, dy, kernelShape, convolution) {
    calls.push({
      inputs: [x, dy],
      run: (table, inputs) => table.conv2dFilterGrad(...two(inputs), kernelShape, convolution),
    });
    return ops.conv2dFilterGrad(x, dy, kernelShape, convolution);
  },
});

/** A step's convolutions by themselves, on inputs that stay: one of each shape and type, shared. */
const convolutionsAlone = (ops: Ops, calls: readonly Call[]) => {
  const made = new Map<string, Tensor>();
  const inputOf = ({ shape, dataType }: Pick<Tensor, 'shape' | 'dataType'>): Tensor => {
    const key = `${dataType} ${shape.join()}`;
    const known = made.get(key);
    if (known !== undefined) return known;
    const values = Float32Array.from({ length: elementCount(shape) }, (_, index) => Math.sin(index));
    const wide = ops.upload(values, shape);
    const input = dataType === 'float32' ? wide : ops.cast(wide, dataType);
    if (input !== wide) ops.dispose(wide);
    made.set(key, input);
    return input;
  };
  return {
    /** Milliseconds that all of them take, one after the other. */
    run(): number {
      const start = performance.now();
      for (const call of calls) ops.dispose(call.run(ops, call.inputs.map(inputOf)));
      ops.synchronize();
      return performance.now() - start;
    },
    close() {
      made.forEach(ops.dispose);
    },
  };
};

/**
 * What share of a step its convolutions alone take, both measured in turn on the same machine, however busy it is: the median of the
 * ratios of a few pairs. What is missing to 1 is everything else; above 1 the step's own kernels convolve faster than these.
 */
export const shareOfConvolutions = (ops: Ops, calls: readonly Call[], stepMs: () => number, pairs = 5): number => {
  const alone = convolutionsAlone(ops, calls);
  alone.run(); // makes the inputs, fills caches
  stepMs();
  const ratios = Array.from({ length: pairs }, () => alone.run() / stepMs());
  alone.close();
  return median(ratios);
};

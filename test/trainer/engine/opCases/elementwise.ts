import { bytes, drawer, floats, integers, type OpCase, opCase } from '../opCase.ts';

const draw = drawer(5);

const arithmeticOf = (left: readonly number[], right: readonly number[]): OpCase =>
  opCase({
    name: `add, subtract, multiply and divide [${left.join()}] and [${right.join()}]`,
    inputs: { a: draw.floats(left), b: draw.floats(right, 0.5, 2) },
    run: (ops, { a, b }) => ({
      sum: ops.add(a, b),
      difference: ops.subtract(a, b),
      product: ops.multiply(a, b),
      quotient: ops.divide(a, b),
    }),
  });

export const elementwiseCases: readonly OpCase[] = [
  opCase({
    name: 'relu of [2,3,3,2] and its gradient',
    inputs: { x: draw.distinct([2, 3, 3, 2]), dy: draw.floats([2, 3, 3, 2]) },
    run(ops, { x, dy }) {
      const output = ops.relu(x);
      return { output, xGrad: ops.reluGrad(dy, output) };
    },
    gradients: { x: 'xGrad' },
  }),
  opCase({
    name: 'relu keeps what is positive, NaN stays NaN, and 0 gets no gradient',
    inputs: { x: floats([4], [-1, 0, 2, NaN]), y: floats([3], [0, 0, 2]), dy: floats([3], [5, 6, 7]) },
    run: (ops, { x, y, dy }) => ({ output: ops.relu(x), grad: ops.reluGrad(dy, y) }),
    expected: { output: [0, 0, 2, NaN], grad: [0, 0, 7] },
  }),
  arithmeticOf([3, 4], [3, 4]),
  arithmeticOf([2, 3, 4], [4]),
  arithmeticOf([5], []),
  arithmeticOf([], [2, 2]),
  arithmeticOf([4, 1, 3], [2, 1]),
  arithmeticOf([2, 5, 5, 3], [3]),
  arithmeticOf([1], [1]),
  opCase({
    name: 'arithmetic by hand, integers included',
    inputs: {
      a: floats([2, 2], [1, 2, 3, 4]),
      row: floats([2], [10, 20]),
      column: floats([2, 1], [10, 20]),
      i: integers([3], [7, -8, 9]),
      j: integers([], [2]),
    },
    run: (ops, { a, row, column, i, j }) => ({
      plusRow: ops.add(a, row),
      plusColumn: ops.add(a, column),
      rowLess: ops.subtract(row, a),
      quotient: ops.divide(column, row),
      integerSum: ops.add(i, j),
      integerDifference: ops.subtract(i, j),
      integerProduct: ops.multiply(i, j),
    }),
    expected: {
      plusRow: [11, 22, 13, 24],
      plusColumn: [11, 12, 23, 24],
      rowLess: [9, 18, 7, 16],
      quotient: [1, 0.5, 2, 1],
      integerSum: [9, -6, 11],
      integerDifference: [5, -10, 7],
      integerProduct: [14, -16, 18],
    },
  }),
  opCase({
    name: 'sqrt',
    inputs: { a: floats([4], [0, 1, 4, 6.25]) },
    run: (ops, { a }) => ({ roots: ops.sqrt(a) }),
    expected: { roots: [0, 1, 2, 2.5] },
  }),
  opCase({
    name: 'cast truncates towards 0, and only 0 is false',
    inputs: { x: floats([4], [-1.7, 0, 0.3, 2.9]), pixels: bytes([3], [0, 128, 255]), i: integers([3], [-5, 0, 6]) },
    run(ops, { x, pixels, i }) {
      const truth = ops.cast(x, 'bool');
      const wide = ops.cast(i, 'int64');
      const outputs = {
        whole: ops.cast(x, 'int32'),
        truth,
        one: ops.cast(truth, 'float32'),
        real: ops.cast(pixels, 'float32'),
        narrow: ops.cast(wide, 'int32'),
        wideReal: ops.cast(wide, 'float32'),
        pixel: ops.cast(ops.constant(200), 'uint8'),
      };
      ops.dispose(wide);
      return outputs;
    },
    expected: {
      whole: [-1, 0, 0, 2],
      truth: [1, 0, 1, 1],
      one: [1, 0, 1, 1],
      real: [0, 128, 255],
      narrow: [-5, 0, 6],
      wideReal: [-5, 0, 6],
      pixel: [200],
    },
  }),
  opCase({
    name: 'reshape keeps elements and order',
    inputs: { x: floats([2, 3], [1, 2, 3, 4, 5, 6]), i: integers([1], [9]) },
    run: (ops, { x, i }) => ({
      tall: ops.reshape(x, [3, 2]),
      deep: ops.reshape(x, [1, 6, 1, 1]),
      scalar: ops.reshape(i, []),
    }),
    expected: { tall: [1, 2, 3, 4, 5, 6], deep: [1, 2, 3, 4, 5, 6], scalar: [9] },
  }),
  opCase({
    name: 'scaleAdd',
    inputs: { x: floats([2, 2], [1, 2, 3, 4]), factor: floats([], [-0.5]), y: floats([2, 2], [10, 20, 30, 40]) },
    run: (ops, { x, factor, y }) => ({
      given: ops.scaleAdd(x, factor, y),
      constant: ops.scaleAdd(x, ops.constant(2), y),
    }),
    expected: { given: [9.5, 19, 28.5, 38], constant: [12, 24, 36, 48] },
  }),
  opCase({
    name: 'scaleAdd of many elements',
    inputs: { x: draw.floats([3, 5463]), factor: floats([], [0.3]), y: draw.floats([3, 5463]) },
    run: (ops, { x, factor, y }) => ({ sum: ops.scaleAdd(x, factor, y) }),
  }),
];

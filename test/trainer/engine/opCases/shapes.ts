import { drawer, floats, type OpCase, opCase } from '../opCase.ts';

const draw = drawer(7);

const batchMatMulOf = (
  batch: readonly number[],
  [rows, inner, columns]: readonly [number, number, number],
  transposeA: boolean,
  transposeB: boolean,
): OpCase => {
  const aShape = [...batch, ...(transposeA ? [inner, rows] : [rows, inner])];
  const bShape = [...batch, ...(transposeB ? [columns, inner] : [inner, columns])];
  return opCase({
    name: `batchMatMul of [${aShape.join()}]${transposeA ? 'ᵀ' : ''} and [${bShape.join()}]${transposeB ? 'ᵀ' : ''}`,
    inputs: { a: draw.floats(aShape), b: draw.floats(bShape), dy: draw.floats([...batch, rows, columns]) },
    run: (ops, { a, b, dy }) => ({
      output: ops.batchMatMul(a, b, transposeA, transposeB),
      // dA = dY·Bᵀ and dB = Aᵀ·dY, each transposed where the factor was.
      aGrad: transposeA ? ops.batchMatMul(b, dy, transposeB, true) : ops.batchMatMul(dy, b, false, !transposeB),
      bGrad: transposeB ? ops.batchMatMul(dy, a, true, transposeA) : ops.batchMatMul(a, dy, !transposeA, false),
    }),
    gradients: { a: 'aGrad', b: 'bGrad' },
  });
};

const transposeOf = (shape: readonly number[], axes: readonly number[]): OpCase =>
  opCase({
    name: `transpose of [${shape.join()}] by ${axes.join()}, and back`,
    inputs: { x: draw.floats(shape), dy: draw.floats(axes.map((axis) => shape[axis] ?? NaN)) },
    run: (ops, { x, dy }) => ({
      output: ops.transpose(x, axes),
      xGrad: ops.transpose(
        dy,
        axes.map((_, axis) => axes.indexOf(axis)),
      ),
    }),
    gradients: { x: 'xGrad' },
  });

const padOf = (shape: readonly number[], before: readonly number[], after: readonly number[]): OpCase =>
  opCase({
    name: `pad of [${shape.join()}] by ${before.join()} and ${after.join()}, and its inner slice`,
    inputs: {
      x: draw.floats(shape),
      dy: draw.floats(shape.map((side, axis) => (before[axis] ?? 0) + side + (after[axis] ?? 0))),
    },
    run: (ops, { x, dy }) => ({ output: ops.pad(x, before, after), xGrad: ops.slice(dy, before, shape) }),
    gradients: { x: 'xGrad' },
  });

export const shapeCases: readonly OpCase[] = [
  batchMatMulOf([2], [3, 2, 4], false, false),
  batchMatMulOf([2], [3, 2, 4], true, false),
  batchMatMulOf([2, 3], [2, 3, 2], false, true),
  batchMatMulOf([1, 2], [3, 4, 2], true, true),
  batchMatMulOf([3, 1], [1, 1, 1], false, false),
  opCase({
    name: 'batchMatMul of the size that heads of attention have',
    inputs: { queries: draw.floats([2, 3, 17, 16]), keys: draw.floats([2, 3, 17, 16]) },
    run: (ops, { queries, keys }) => ({ scores: ops.batchMatMul(queries, keys, false, true) }),
  }),
  transposeOf([2, 3, 4], [2, 0, 1]),
  transposeOf([3, 2], [1, 0]),
  transposeOf([2, 3, 3, 2, 4], [2, 0, 3, 1, 4]),
  transposeOf([2, 1, 3, 2], [0, 2, 1, 3]),
  opCase({
    name: 'transpose of a matrix by hand',
    inputs: { x: floats([2, 3], [1, 2, 3, 4, 5, 6]) },
    run: (ops, { x }) => ({ output: ops.transpose(x, [1, 0]) }),
    expected: { output: [1, 4, 2, 5, 3, 6] },
  }),
  padOf([2, 3, 2], [0, 1, 0], [0, 0, 0]),
  padOf([2, 2, 3, 2], [0, 0, 0, 0], [0, 0, 0, 3]),
  padOf([1, 2], [2, 0], [1, 1]),
  opCase({
    name: 'pad and slice by hand',
    inputs: { x: floats([2, 2], [1, 2, 3, 4]) },
    run: (ops, { x }) => ({ padded: ops.pad(x, [1, 0], [0, 1]), last: ops.slice(x, [1, 0], [1, 2]) }),
    expected: { padded: [0, 0, 0, 1, 2, 0, 3, 4, 0], last: [3, 4] },
  }),
  opCase({
    name: 'concat of unequal parts',
    inputs: { a: floats([2, 2], [1, 2, 3, 4]), b: floats([1, 2], [5, 6]), c: draw.floats([3]), d: draw.floats([7]) },
    run: (ops, { a, b, c, d }) => ({ rows: ops.concat([a, b, a]), line: ops.concat([c, d]), one: ops.concat([b]) }),
    expected: { rows: [1, 2, 3, 4, 5, 6, 1, 2, 3, 4], one: [5, 6] },
  }),
  opCase({
    name: 'pack and unpack of matrices',
    inputs: { a: floats([1, 2], [1, 2]), b: floats([1, 2], [3, 4]), three: draw.floats([3, 5, 2]) },
    run(ops, { a, b, three }) {
      const [first, second, third] = ops.unpack(three);
      if (first === undefined || second === undefined || third === undefined) throw new Error('Too few parts.');
      return { packed: ops.pack([a, b]), first, second, third, again: ops.pack([first, second, third]) };
    },
    expected: { packed: [1, 2, 3, 4] },
  }),
];

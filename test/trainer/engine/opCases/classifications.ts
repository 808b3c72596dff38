import type { Ops, Tensor } from '../../../../src-main/trainer/engine/ops.ts';
import { drawer, floats, type Input, integers, type OpCase, opCase } from '../opCase.ts';

const draw = drawer(4);

const lossOf = (logits: Input, labels: Input, smoothing: number, expected?: OpCase['expected']): OpCase =>
  opCase({
    name: `softmaxCrossEntropy of [${logits.shape.join()}], smoothing ${smoothing}${expected ? ', by hand' : ''}`,
    inputs: { logits, labels },
    run: (ops, inputs) =>
      withLabels(ops, inputs.labels, (labels) => {
        const { losses, logitsGrad } = ops.softmaxCrossEntropy(inputs.logits, labels, smoothing);
        return { output: losses, logitsGrad };
      }),
    gradients: { logits: 'logitsGrad' },
    ...(expected && { expected }),
  });

/** Labels are int64, which no host array is. */
const withLabels = <R>(ops: Ops, labels: Tensor, use: (labels: Tensor) => R): R => {
  const wide = ops.cast(labels, 'int64');
  const result = use(wide);
  ops.dispose(wide);
  return result;
};

const productOf = (m: number, k: number, n: number, transposeA: boolean, transposeB: boolean): OpCase =>
  opCase({
    name: `matMul of ${m}×${k} and ${k}×${n}, transposed ${transposeA} and ${transposeB}`,
    inputs: {
      a: draw.floats(transposeA ? [k, m] : [m, k]),
      b: draw.floats(transposeB ? [n, k] : [k, n]),
      dy: draw.floats([m, n]),
    },
    // With y = A·B: ∂A = dy·Bᵀ and ∂B = Aᵀ·dy, where a is A or its transpose, b likewise.
    run: (ops, { a, b, dy }) => ({
      output: ops.matMul(a, b, transposeA, transposeB),
      aGrad: transposeA ? ops.matMul(b, dy, transposeB, true) : ops.matMul(dy, b, false, !transposeB),
      bGrad: transposeB ? ops.matMul(dy, a, true, transposeA) : ops.matMul(a, dy, !transposeA, false),
    }),
    gradients: { a: 'aGrad', b: 'bGrad' },
  });

const biasOf = (shape: readonly number[], channels: number): OpCase =>
  opCase({
    name: `biasAdd to [${shape.join()}]`,
    inputs: { x: draw.floats(shape), bias: draw.floats([channels]), dy: draw.floats(shape) },
    run: (ops, { x, bias, dy }) => ({ output: ops.biasAdd(x, bias), biasGrad: ops.biasAddGrad(dy) }),
    gradients: { bias: 'biasGrad' },
  });

export const classificationCases: readonly OpCase[] = [
  lossOf(draw.floats([6, 5], -3, 3), draw.integers([6], 5), 0),
  lossOf(draw.floats([6, 5], -3, 3), draw.integers([6], 5), 0.1),
  lossOf(draw.floats([1, 2], -3, 3), draw.integers([1], 2), 0),
  lossOf(draw.floats([1, 2], -3, 3), draw.integers([1], 2), 0.3),
  lossOf(draw.floats([32, 10], -5, 5), draw.integers([32], 10), 0.1),
  // Softmax of (ln 3, 0) is (¾, ¼), of (0, 0) (½, ½).
  lossOf(floats([3, 2], [Math.log(3), 0, Math.log(3), 0, 0, 0]), integers([3], [0, 1, 0]), 0, {
    output: [Math.log(4 / 3), Math.log(4), Math.log(2)],
    logitsGrad: [-0.25, 0.25, 0.75, -0.75, -0.5, 0.5],
  }),
  // Targets (0.9, 0.1): 0.9·ln(4/3) + 0.1·ln 4 and ¾ − 0.9.
  lossOf(floats([1, 2], [Math.log(3), 0]), integers([1], [0]), 0.2, {
    output: [0.9 * Math.log(4 / 3) + 0.1 * Math.log(4)],
    logitsGrad: [-0.15, 0.15],
  }),
  lossOf(floats([2, 3], [1e4, 0, 0, 1e4, 0, 0]), integers([2], [0, 1]), 0, {
    output: [0, 1e4],
    logitsGrad: [0, 0, 0, 1, -1, 0],
  }),
  opCase({
    name: 'isCorrect where no logit exceeds the label’s: equals count, NaN does not',
    inputs: {
      logits: floats([6, 3], [1, 3, 2, 1, 3, 2, 2, 2, 0, 2, 2, 0, 0, NaN, 1, -1, -2, -3]),
      labels: integers([6], [1, 2, 0, 1, 2, 0]),
    },
    run: (ops, { logits, labels }) => withLabels(ops, labels, (wide) => ({ correct: ops.isCorrect(logits, wide) })),
    expected: { correct: [1, 0, 1, 1, 0, 1] },
  }),
  ...[false, true].flatMap((transposeA) =>
    [false, true].flatMap((transposeB) => [
      productOf(3, 4, 5, transposeA, transposeB),
      productOf(1, 3, 1, transposeA, transposeB),
    ]),
  ),
  opCase({
    name: 'matMul by hand',
    inputs: { a: floats([2, 2], [1, 2, 3, 4]), b: floats([2, 2], [5, 6, 7, 8]) },
    run: (ops, { a, b }) => ({
      product: ops.matMul(a, b, false, false),
      transposed: ops.matMul(a, b, true, false),
    }),
    expected: { product: [19, 22, 43, 50], transposed: [26, 30, 38, 44] },
  }),
  biasOf([3, 4], 4),
  biasOf([1, 1], 1),
  biasOf([2, 3, 5, 4], 4),
  opCase({
    name: 'biasAdd along the last axis by hand',
    inputs: { x: floats([2, 2], [1, 2, 3, 4]), bias: floats([2], [10, 20]) },
    run: (ops, { x, bias }) => ({ output: ops.biasAdd(x, bias), sums: ops.biasAddGrad(x) }),
    expected: { output: [11, 22, 13, 24], sums: [4, 6] },
  }),
];

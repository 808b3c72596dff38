import { disposeAll, drawer, floats, type OpCase, opCase } from '../opCase.ts';

const draw = drawer(8);

const layerNormOf = (shape: readonly number[], low = -1, high = 1, epsilon = 1e-6): OpCase => {
  const channels = [shape.at(-1) ?? NaN];
  return opCase({
    name: `layerNorm of [${shape.join()}] in ${low} to ${high}`,
    inputs: {
      x: draw.floats(shape, low, high),
      scale: draw.floats(channels, 0.5, 2),
      offset: draw.floats(channels),
      dy: draw.floats(shape),
    },
    run(ops, { x, scale, offset, dy }) {
      const { output, saved } = ops.layerNorm(x, scale, offset, epsilon);
      const { input: xGrad, scale: scaleGrad, offset: offsetGrad } = ops.layerNormGrad(dy, scale, saved);
      disposeAll(ops, saved);
      return { output, xGrad, scaleGrad, offsetGrad };
    },
    gradients: { x: 'xGrad', scale: 'scaleGrad', offset: 'offsetGrad' },
  });
};

const softmaxOf = (shape: readonly number[], low: number, high: number): OpCase =>
  opCase({
    name: `softmax of [${shape.join()}] in ${low} to ${high}`,
    inputs: { x: draw.floats(shape, low, high), dy: draw.floats(shape) },
    run(ops, { x, dy }) {
      const output = ops.softmax(x);
      return { output, xGrad: ops.softmaxGrad(dy, output) };
    },
    gradients: { x: 'xGrad' },
  });

const geluOf = (shape: readonly number[], low: number, high: number): OpCase =>
  opCase({
    name: `gelu of [${shape.join()}] in ${low} to ${high}`,
    inputs: { x: draw.floats(shape, low, high), dy: draw.floats(shape) },
    run: (ops, { x, dy }) => ({ output: ops.gelu(x), xGrad: ops.geluGrad(dy, x) }),
    gradients: { x: 'xGrad' },
  });

export const tokenCases: readonly OpCase[] = [
  layerNormOf([2, 3, 5]),
  layerNormOf([4, 8]),
  layerNormOf([3, 2, 6], 4, 6),
  layerNormOf([2, 2, 3], -1, 1, 1e-2),
  opCase({
    // Mean 2, biased variance 1, so 1/√(1 + 3) = ½ in the first row; a row of equal values has nothing but the offset.
    name: 'layerNorm normalises each row with its own biased variance',
    inputs: {
      x: floats([2, 2], [1, 3, 7, 7]),
      scale: floats([2], [2, 4]),
      offset: floats([2], [10, 20]),
      dy: floats([2, 2], [1, 1, 0, 0]),
    },
    run(ops, { x, scale, offset, dy }) {
      const { output, saved } = ops.layerNorm(x, scale, offset, 3);
      const { input: xGrad, scale: scaleGrad, offset: offsetGrad } = ops.layerNormGrad(dy, scale, saved);
      disposeAll(ops, saved);
      return { output, xGrad, scaleGrad, offsetGrad };
    },
    // g = (2, 4), x̂ = ∓½: its mean is 3, that of g·x̂ is ½: ½·(2 − 3 + ¼) and ½·(4 − 3 − ¼).
    expected: { output: [9, 22, 10, 20], xGrad: [-0.375, 0.375, 0, 0], scaleGrad: [-0.5, 0.5], offsetGrad: [1, 1] },
  }),
  geluOf([3, 7], -1, 1),
  geluOf([2, 3, 8], -6, 6),
  opCase({
    // Φ(1) = 0.8413447460685429 and φ(1) = 0.24197072451914337, so GELU(±1) = ±Φ(±1), its slope there Φ(±1) ± φ(1).
    name: 'gelu by the tables of the normal distribution; far out it is x, or 0',
    inputs: { x: floats([5], [0, 1, -1, 20, -20]), dy: floats([5], [1, 1, 1, 1, 1]) },
    run: (ops, { x, dy }) => ({ output: ops.gelu(x), slope: ops.geluGrad(dy, x) }),
    expected: {
      output: [0, 0.8413447460685429, -0.15865525393145707, 20, 0],
      slope: [0.5, 1.0833154705876863, -0.08331547058768632, 1, 0],
    },
  }),
  softmaxOf([2, 5], -1, 1),
  softmaxOf([2, 2, 3, 4], -3, 3),
  softmaxOf([1, 2, 6], 995, 1000),
  opCase({
    name: 'softmax of equal numbers, of a single one, and of one that outweighs the others',
    inputs: { equal: floats([1, 4], [7, 7, 7, 7]), single: floats([2, 1], [5, -5]), one: floats([1, 3], [0, 500, 0]) },
    run: (ops, { equal, single, one }) => ({
      equal: ops.softmax(equal),
      single: ops.softmax(single),
      one: ops.softmax(one),
    }),
    expected: { equal: [0.25, 0.25, 0.25, 0.25], single: [1, 1], one: [0, 1, 0] },
  }),
];

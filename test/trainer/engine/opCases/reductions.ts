import { bytes, drawer, floats, integers, type OpCase, opCase } from '../opCase.ts';

const draw = drawer(6);

export const reductionCases: readonly OpCase[] = [
  opCase({
    name: 'sum, squaredNorm and pack by hand',
    inputs: { a: floats([2, 2], [1, -2, 3, -4]), b: floats([1], [5]), scalar: floats([], [6]) },
    run: (ops, { a, b, scalar }) => ({
      sum: ops.sum(a),
      sumOfOne: ops.sum(b),
      sumOfScalar: ops.sum(scalar),
      ownNorm: ops.squaredNorm([a]),
      norm: ops.squaredNorm([a, b, scalar]),
      packed: ops.pack([scalar, ops.constant(7), scalar]),
      packedOne: ops.pack([scalar]),
    }),
    expected: {
      sum: [-2],
      sumOfOne: [5],
      sumOfScalar: [6],
      ownNorm: [30],
      norm: [30 + 25 + 36],
      packed: [6, 7, 6],
      packedOne: [6],
    },
  }),
  opCase({
    name: 'sum and squaredNorm of thousands of elements',
    inputs: { kernel: draw.floats([3, 3, 32, 32]), images: draw.floats([4, 9, 9, 3]), bias: draw.floats([10]) },
    run: (ops, { kernel, images, bias }) => ({
      sum: ops.sum(images),
      norm: ops.squaredNorm([kernel, images, bias]),
    }),
  }),
  opCase({
    name: 'gather of rows, by indices of every shape',
    inputs: {
      rows: floats([3, 2], [1, 2, 3, 4, 5, 6]),
      vector: floats([4], [10, 20, 30, 40]),
      matrix: integers([2, 2], [2, 0, 1, 2]),
      list: integers([3], [2, 2, 0]),
      single: integers([], [1]),
    },
    run: (ops, { rows, vector, matrix, list, single }) => ({
      byMatrix: ops.gather(rows, matrix),
      byList: ops.gather(rows, list),
      bySingle: ops.gather(rows, single),
      vectorByMatrix: ops.gather(vector, matrix),
    }),
    expected: {
      byMatrix: [5, 6, 1, 2, 3, 4, 5, 6],
      byList: [5, 6, 5, 6, 1, 2],
      bySingle: [3, 4],
      vectorByMatrix: [30, 10, 20, 30],
    },
  }),
  opCase({
    name: 'gather of images, of labels, and of pixels as a crop does it',
    inputs: {
      images: draw.bytes([5, 3, 3, 2]),
      labels: draw.integers([5], 10),
      pixels: draw.floats([30, 3]),
      chosen: draw.integers([4], 5),
      places: draw.integers([2, 3, 4], 30),
    },
    run(ops, { images, labels, pixels, chosen, places }) {
      const wide = ops.cast(labels, 'int64');
      const chosenLabels = ops.gather(wide, chosen);
      const outputs = {
        images: ops.gather(images, chosen),
        labels: ops.cast(chosenLabels, 'int32'),
        crops: ops.gather(pixels, places),
      };
      ops.dispose(wide);
      ops.dispose(chosenLabels);
      return outputs;
    },
  }),
  opCase({
    name: 'gather of bytes by hand',
    inputs: { images: bytes([2, 1, 2, 1], [1, 2, 254, 255]), chosen: integers([2], [1, 0]) },
    run: (ops, { images, chosen }) => ({ output: ops.gather(images, chosen) }),
    expected: { output: [254, 255, 1, 2] },
  }),
  opCase({
    name: 'topK falls, and takes equal values in their order',
    inputs: { values: floats([6], [1, 3, 3, -2, 3, 2]), equal: floats([4], [0, 0, 0, 0]), one: floats([1], [-1]) },
    run: (ops, { values, equal, one }) => ({
      three: ops.topK(values, 3),
      two: ops.topK(values, 2),
      all: ops.topK(values, 6),
      ofEqual: ops.topK(equal, 2),
      ofOne: ops.topK(one, 1),
    }),
    expected: { three: [1, 2, 4], two: [1, 2], all: [1, 2, 4, 5, 0, 3], ofEqual: [0, 1], ofOne: [0] },
  }),
  opCase({
    name: 'topK of 128 values',
    inputs: { values: draw.floats([128]) },
    run: (ops, { values }) => ({ half: ops.topK(values, 64), most: ops.topK(values, 127) }),
  }),
];

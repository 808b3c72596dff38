import { elementBytes } from './counters.ts';
import { withFusedRelu } from './fusedRelu.ts';
import { type DataType, elementCount, type MaxPooling, type Ops, outputSide, type Tensor } from './ops.ts';
import { channelMoments, gradientSums, inputGradient, normalise } from './wasm/batchNorms.ts';
import { isCorrect, labelsOf, softmaxCrossEntropy, topK } from './wasm/classification.ts';
import {
  batchMatMul,
  conv2d,
  conv2dFilterGrad,
  conv2dInputGrad,
  convolutionShape,
  matMul,
  productSides,
} from './wasm/convolutions.ts';
import { binary, copyBox, stripsOf, typeNumberOf } from './wasm/elementwise.ts';
import * as layout from './wasm/kernels/layout.ts';
import type { Variant } from './wasm/module.ts';
import { openPool } from './wasm/pool.ts';
import { broadcast, expectShape, fourSides, rowsAndChannels, stridesOf, twoSides } from './wasm/shapes.ts';
import { type Located, openTensors } from './wasm/tensors.ts';

/** Slices that a gather's task copies: enough bytes to be worth a task. */
const slicesPerTask = (sliceBytes: number): number => Math.max(1, Math.ceil(131072 / Math.max(1, sliceBytes)));

/**
 * The op table on own WebAssembly kernels (SIMD, threads), which need nothing but npm. Every op is done when it returns; results
 * are the same bits in every run and with any number of threads.
 * @param options - threads: 0 = one a core; variant: the fastest that V8 can run, if not said.
 */
export const wasmOps = (options: { readonly threads?: number; readonly variant?: Variant } = {}): Ops => {
  const pool = openPool(options.threads ?? 0, options.variant);
  const tensors = openTensors(pool);
  const { accounts, locate, create } = tensors;

  const count = accounts.ran;
  const floats = (tensor: Tensor): Located => locate(tensor, 'float32');
  const addressOf = (tensor: Tensor): number => locate(tensor).address;
  /** Counts an op, makes its result and fills it. */
  const made = (
    op: string,
    shape: readonly number[],
    fill: (to: number) => void,
    dataType: DataType = 'float32',
  ): Tensor => {
    count(op);
    const result = create(shape, dataType);
    try {
      fill(addressOf(result));
      return result;
    } catch (error) {
      tensors.dispose(result);
      throw error;
    }
  };
  const vector = (values: ArrayLike<number>): Tensor => {
    const tensor = create([values.length]);
    pool.floats(addressOf(tensor), values.length).set(values);
    return tensor;
  };
  const values = ({ address, count: length }: Located): Float32Array => pool.floats(address, length);
  /** The vectors [C] of a batch normalisation. */
  const channelVectors = (channels: number, vectors: readonly Tensor[]): Float32Array[] =>
    vectors.map((tensor) => {
      expectShape("A batch normalisation's vector", tensor.shape, [channels]);
      return values(floats(tensor));
    });

  /** What both gradients of a batch normalisation need. */
  const batchNormGradParts = (dy: Tensor, x: Tensor, scale: Tensor, saved: readonly Tensor[]) => {
    const [gradient, input] = [floats(dy), floats(x)];
    expectShape("A batch normalisation's gradient", dy.shape, x.shape);
    const { rows, channels } = rowsAndChannels(x.shape);
    const [meanTensor] = saved;
    const [factors, mean, inverse] = channelVectors(channels, [scale, ...saved]);
    if (!factors || !mean || !inverse || !meanTensor) throw new Error('A gradient needs what batchNorm saved.');
    const meanAddress = addressOf(meanTensor);
    const { sums, products } = gradientSums(pool, gradient.address, input.address, meanAddress, rows, channels);
    return {
      rows,
      channels,
      mean,
      inverse,
      factor: Float64Array.from(factors, (value, channel) => value * (inverse[channel] ?? NaN)),
      sums,
      products,
      scaleGrad: products.map((product, channel) => product * (inverse[channel] ?? NaN)),
    };
  };

  const combined = (op: string, operation: number, a: Tensor, b: Tensor): Tensor => {
    const left = locate(a);
    const right = locate(b, a.dataType);
    const { shape, axes } = broadcast(left.shape, right.shape);
    return made(
      op,
      shape,
      (to) => {
        binary(pool, operation, [left.address, right.address, to], a.dataType, axes);
      },
      a.dataType,
    );
  };

  const pooled = (shape: readonly number[], { size, stride, padding = 0 }: MaxPooling) => {
    const [batch, height, width, channels] = fourSides(shape);
    const rows = outputSide(height, size, stride, padding);
    const columns = outputSide(width, size, stride, padding);
    return {
      batch,
      shape: [batch, rows, columns, channels],
      geometry: [height, width, channels, rows, columns, size, stride, padding],
    };
  };

  const sumOf = (tensor: Located, isSquared: boolean): number => {
    const strips = stripsOf(tensor.count);
    const address = pool.heap.allocate(strips * 8);
    pool.run(layout.kernelSums, strips, [tensor.address, address, tensor.count, isSquared ? 1 : 0]);
    const sum = pool.doubles(address, strips).reduce((total, part) => total + part, 0);
    pool.heap.free(address);
    return sum;
  };
  /** Calls a kernel that works row by row. */
  const runRows = (
    kernel: number,
    addresses: readonly number[],
    rows: number,
    channels: number,
    settings: readonly number[] = [],
  ): void => {
    const perTask = Math.max(1, Math.floor(layout.stripElements / Math.max(1, channels)));
    pool.run(kernel, Math.ceil(rows / perTask), [...addresses, rows, channels, perTask], settings);
  };
  const scalar = (op: string, value: number): Tensor =>
    made(op, [], (to) => {
      pool.floats(to, 1)[0] = value;
    });

  return withFusedRelu({
    name: `WebAssembly ${pool.variant} (CPU, ${pool.threads} ${pool.threads === 1 ? 'thread' : 'threads'})`,
    threads: pool.threads,
    oneDnn: null,
    counters: accounts.counters,
    upload: tensors.upload,
    download: tensors.download,
    dispose: tensors.dispose,
    constant: tensors.constant,
    synchronize() {
      // Every op is done when it returns.
    },
    close() {
      tensors.clear();
      pool.close();
    },

    conv2d(x, kernel, convolution) {
      const [image, filter] = [floats(x), floats(kernel)];
      return made('conv2d', convolutionShape(x.shape, kernel.shape, convolution), (to) => {
        conv2d(pool, image, filter, to, convolution);
      });
    },
    conv2dInputGrad(dy, kernel, inputShape, convolution) {
      const [gradient, filter] = [floats(dy), floats(kernel)];
      return made('conv2dInputGrad', inputShape, (to) => {
        conv2dInputGrad(pool, gradient, filter, to, inputShape, convolution);
      });
    },
    conv2dFilterGrad(x, dy, kernelShape, convolution) {
      const [image, gradient] = [floats(x), floats(dy)];
      return made('conv2dFilterGrad', kernelShape, (to) => {
        conv2dFilterGrad(pool, image, gradient, to, kernelShape, convolution);
      });
    },

    batchNorm(x, scale, offset, running, { epsilon, momentum }) {
      const { address } = floats(x);
      const { rows, channels } = rowsAndChannels(x.shape);
      const moments = channelMoments(pool, address, rows, channels);
      const inverse = moments.squares.map((square) => 1 / Math.sqrt(square / rows + epsilon));
      const [factors, offsets, oldMean, oldVariance] = channelVectors(channels, [
        scale,
        offset,
        running.mean,
        running.variance,
      ]).map((vectorOf) => Float64Array.from(vectorOf));
      if (!factors || !offsets || !oldMean || !oldVariance) throw new Error('Batch normalisation needs four vectors.');
      const blend = (old: Float64Array, batch: Float64Array): Tensor =>
        vector(old.map((value, channel) => (1 - momentum) * value + momentum * (batch[channel] ?? NaN)));
      const factor = factors.map((value, channel) => value * (inverse[channel] ?? NaN));
      return {
        output: made('batchNorm', x.shape, (to) => {
          normalise(pool, address, to, [moments.mean, factor, offsets], rows, channels);
        }),
        runningMean: blend(oldMean, moments.mean),
        runningVariance: blend(
          oldVariance,
          moments.squares.map((square) => square / Math.max(1, rows - 1)),
        ),
        saved: [vector(moments.mean), vector(inverse)],
      };
    },
    batchNormInference(x, scale, offset, running, epsilon) {
      const { address } = floats(x);
      const { rows, channels } = rowsAndChannels(x.shape);
      const [factors, offsets, mean, variance] = channelVectors(channels, [
        scale,
        offset,
        running.mean,
        running.variance,
      ]);
      if (!factors || !offsets || !mean || !variance) throw new Error('Batch normalisation needs four vectors.');
      const factor = Float64Array.from(
        factors,
        (value, channel) => value / Math.sqrt((variance[channel] ?? NaN) + epsilon),
      );
      return made('batchNormInference', x.shape, (to) => {
        normalise(pool, address, to, [mean, factor, offsets], rows, channels);
      });
    },
    batchNormGrad(dy, x, scale, saved) {
      const parts = batchNormGradParts(dy, x, scale, saved);
      const { rows, channels, mean, inverse, factor, sums, products } = parts;
      const meanDy = sums.map((sum) => sum / rows);
      const slope = products.map((product, channel) => (product / rows) * (inverse[channel] ?? NaN) ** 2);
      return {
        input: made('batchNormGrad', x.shape, (to) => {
          inputGradient(pool, [addressOf(dy), addressOf(x), to], [mean, factor, meanDy, slope], rows, channels);
        }),
        scale: vector(parts.scaleGrad),
        offset: vector(sums),
      };
    },
    batchNormFrozenGrad(dy, x, scale, saved) {
      const { rows, channels, factor, sums, scaleGrad } = batchNormGradParts(dy, x, scale, saved);
      const zeros = new Float64Array(channels);
      return {
        input: made('batchNormFrozenGrad', x.shape, (to) => {
          normalise(pool, addressOf(dy), to, [zeros, factor, zeros], rows, channels);
        }),
        scale: vector(scaleGrad),
        offset: vector(sums),
      };
    },

    relu(x) {
      const { address, shape, count: elements } = floats(x);
      return made('relu', shape, (to) => {
        pool.run(layout.kernelRelu, stripsOf(elements), [address, to, elements]);
      });
    },
    reluGrad(dy, y) {
      const [gradient, output] = [floats(dy), floats(y)];
      expectShape("A ReLU's gradient", dy.shape, y.shape);
      return made('reluGrad', y.shape, (to) => {
        const { count: elements } = output;
        pool.run(layout.kernelReluGrad, stripsOf(elements), [gradient.address, output.address, to, elements]);
      });
    },

    maxPool(x, pooling) {
      const { address } = floats(x);
      const { batch, shape, geometry } = pooled(x.shape, pooling);
      return made('maxPool', shape, (to) => {
        pool.run(layout.kernelMaxPool, batch, [address, to, 0, 0, ...geometry]);
      });
    },
    maxPoolGrad(dy, x, y, pooling) {
      const [gradient, input, output] = [floats(dy), floats(x), floats(y)];
      const { batch, shape, geometry } = pooled(x.shape, pooling);
      expectShape("A max pool's output", y.shape, shape);
      expectShape("A max pool's gradient", dy.shape, shape);
      return made('maxPoolGrad', x.shape, (to) => {
        const addresses = [gradient.address, input.address, output.address, to];
        pool.run(layout.kernelMaxPoolGrad, batch, [...addresses, ...geometry]);
      });
    },
    averagePool(x, pooling) {
      const { address } = floats(x);
      const { batch, shape, geometry } = pooled(x.shape, pooling);
      return made('averagePool', shape, (to) => {
        pool.run(layout.kernelAveragePool, batch, [address, to, 0, 0, ...geometry]);
      });
    },
    averagePoolGrad(dy, inputShape, pooling) {
      const { address } = floats(dy);
      const { batch, shape, geometry } = pooled(inputShape, pooling);
      expectShape("An average pool's gradient", dy.shape, shape);
      return made('averagePoolGrad', inputShape, (to) => {
        pool.run(layout.kernelAveragePoolGrad, batch, [address, to, 0, 0, ...geometry]);
      });
    },

    matMul(a, b, transposeA, transposeB) {
      const [left, right] = [floats(a), floats(b)];
      const sides = productSides(a.shape, b.shape, transposeA, transposeB);
      return made('matMul', [sides[0], sides[2]], (to) => {
        matMul(pool, left.address, right.address, to, sides, transposeA, transposeB);
      });
    },
    biasAdd(x, bias) {
      floats(x);
      expectShape('A bias', bias.shape, [rowsAndChannels(x.shape).channels]);
      return combined('biasAdd', layout.operationAdd, x, bias);
    },
    biasAddGrad(dy) {
      const { address } = floats(dy);
      const { rows, channels } = rowsAndChannels(dy.shape);
      const zeros = vector(new Float32Array(channels));
      const { sums } = gradientSums(pool, address, address, addressOf(zeros), rows, channels);
      tensors.dispose(zeros);
      return made('biasAddGrad', [channels], (to) => {
        pool.floats(to, channels).set(sums);
      });
    },
    batchMatMul(a, b, transposeA, transposeB) {
      const [left, right] = [floats(a), floats(b)];
      const outer = a.shape.slice(0, -2);
      expectShape('The outer axes of a batch of matrices', b.shape.slice(0, -2), outer);
      const sides = productSides(a.shape.slice(-2), b.shape.slice(-2), transposeA, transposeB);
      return made('batchMatMul', [...outer, sides[0], sides[2]], (to) => {
        batchMatMul(pool, left.address, right.address, to, elementCount(outer), sides, transposeA, transposeB);
      });
    },
    transpose(x, axes) {
      const { address } = floats(x);
      const shape = axes.map((axis) => x.shape[axis] ?? NaN);
      if (new Set(axes).size !== x.shape.length || shape.length !== x.shape.length || shape.some(Number.isNaN)) {
        throw new Error(`Found the axes [${axes.join()}], expected an order of those of [${x.shape.join()}].`);
      }
      const strides = stridesOf(x.shape);
      return made('transpose', shape, (to) => {
        const moved = axes.map((axis) => strides[axis] ?? NaN);
        copyBox(pool, address, to, shape, moved, stridesOf(shape));
      });
    },
    pad(x, before, after) {
      const { address } = floats(x);
      const shape = x.shape.map((side, axis) => side + (before[axis] ?? NaN) + (after[axis] ?? NaN));
      const strides = stridesOf(shape);
      return made('pad', shape, (to) => {
        pool.bytes(to, elementCount(shape) * 4).fill(0);
        const first = strides.reduce((place, stride, axis) => place + stride * (before[axis] ?? NaN), 0);
        copyBox(pool, address, to + first * 4, x.shape, stridesOf(x.shape), strides);
      });
    },
    slice(x, begin, shape) {
      const { address } = floats(x);
      const isInside = x.shape.every((side, axis) => {
        const first = begin[axis] ?? NaN;
        return first >= 0 && first + (shape[axis] ?? NaN) <= side;
      });
      if (!isInside || shape.length !== x.shape.length) {
        throw new Error(`A block [${shape.join()}] from [${begin.join()}] on is not inside of [${x.shape.join()}].`);
      }
      const strides = stridesOf(x.shape);
      const first = strides.reduce((place, stride, axis) => place + stride * (begin[axis] ?? NaN), 0);
      return made('slice', shape, (to) => {
        copyBox(pool, address + first * 4, to, shape, strides, stridesOf(shape));
      });
    },

    layerNorm(x, scale, offset, epsilon) {
      const { address } = floats(x);
      const { rows, channels } = rowsAndChannels(x.shape);
      for (const tensor of [scale, offset]) expectShape("A layer normalisation's vector", tensor.shape, [channels]);
      const vectors = [floats(scale).address, floats(offset).address];
      const normalised = create(x.shape);
      const inverse = create([...x.shape.slice(0, -1), 1]);
      const output = made('layerNorm', x.shape, (to) => {
        const addresses = [address, addressOf(normalised), addressOf(inverse), to, ...vectors];
        runRows(layout.kernelLayerNorm, addresses, rows, channels, [epsilon]);
      });
      return { output, saved: [normalised, inverse] };
    },
    layerNormGrad(dy, scale, saved) {
      const { address } = floats(dy);
      const { rows, channels } = rowsAndChannels(dy.shape);
      const [normalised, inverse] = saved;
      if (!normalised || !inverse) throw new Error('layerNormGrad needs what layerNorm saved.');
      expectShape("A layer normalisation's gradient", dy.shape, normalised.shape);
      const zeros = vector(new Float32Array(channels));
      const centred = floats(normalised).address;
      const { sums, products } = gradientSums(pool, address, centred, addressOf(zeros), rows, channels);
      tensors.dispose(zeros);
      return {
        input: made('layerNormGrad', dy.shape, (to) => {
          const addresses = [address, centred, floats(inverse).address, floats(scale).address, to];
          runRows(layout.kernelLayerNormInputGrad, addresses, rows, channels);
        }),
        scale: vector(products),
        offset: vector(sums),
      };
    },
    gelu(x) {
      const { address, count: elements } = floats(x);
      return made('gelu', x.shape, (to) => {
        pool.run(layout.kernelGelu, stripsOf(elements), [address, to, elements]);
      });
    },
    geluGrad(dy, x) {
      const [gradient, input] = [floats(dy), floats(x)];
      expectShape("A GELU's gradient", dy.shape, x.shape);
      return made('geluGrad', x.shape, (to) => {
        const { count: elements } = input;
        pool.run(layout.kernelGeluGrad, stripsOf(elements), [gradient.address, input.address, to, elements]);
      });
    },
    softmax(x) {
      const { address } = floats(x);
      const { rows, channels } = rowsAndChannels(x.shape);
      return made('softmax', x.shape, (to) => {
        runRows(layout.kernelSoftmax, [address, to], rows, channels);
      });
    },
    softmaxGrad(dy, y) {
      const [gradient, output] = [floats(dy), floats(y)];
      expectShape("A softmax's gradient", dy.shape, y.shape);
      const { rows, channels } = rowsAndChannels(y.shape);
      return made('softmaxGrad', y.shape, (to) => {
        runRows(layout.kernelSoftmaxGrad, [gradient.address, output.address, to], rows, channels);
      });
    },

    reshape(x, shape) {
      count('reshape');
      return tensors.share(x, shape);
    },

    softmaxCrossEntropy(logits, labels, smoothing) {
      const [batch, classes] = twoSides(logits.shape);
      const scores = values(floats(logits));
      expectShape('The labels', labels.shape, [batch]);
      const right = labelsOf(pool.longs(locate(labels, 'int64').address, batch), classes);
      const losses = create([batch]);
      const logitsGrad = made('softmaxCrossEntropy', logits.shape, (to) => {
        const results = {
          losses: values(locate(losses)),
          logitsGrad: pool.floats(to, scores.length),
        };
        softmaxCrossEntropy(scores, right, classes, smoothing, results);
      });
      return { losses, logitsGrad };
    },
    isCorrect(logits, labels) {
      const [batch, classes] = twoSides(logits.shape);
      const scores = values(floats(logits));
      expectShape('The labels', labels.shape, [batch]);
      const right = labelsOf(pool.longs(locate(labels, 'int64').address, batch), classes);
      return made('isCorrect', [batch], (to) => {
        isCorrect(scores, right, classes, pool.floats(to, batch));
      });
    },

    add: (a, b) => combined('add', layout.operationAdd, a, b),
    subtract: (a, b) => combined('subtract', layout.operationSubtract, a, b),
    multiply: (a, b) => combined('multiply', layout.operationMultiply, a, b),
    divide(a, b) {
      floats(a);
      return combined('divide', layout.operationDivide, a, b);
    },
    sqrt(a) {
      const { address, shape, count: elements } = floats(a);
      return made('sqrt', shape, (to) => {
        pool.run(layout.kernelSqrt, stripsOf(elements), [address, to, elements]);
      });
    },
    cast(a, dataType) {
      const { address, shape, count: elements, dataType: source } = locate(a);
      return made(
        'cast',
        shape,
        (to) => {
          const types = [typeNumberOf(source), typeNumberOf(dataType)];
          pool.run(layout.kernelCast, stripsOf(elements), [address, to, elements, ...types]);
        },
        dataType,
      );
    },
    scaleAdd(x, factor, y) {
      const [first, by, second] = [floats(x), floats(factor), floats(y)];
      expectShape("scaleAdd's factor", factor.shape, []);
      expectShape("scaleAdd's second tensor", y.shape, x.shape);
      return made('scaleAdd', x.shape, (to) => {
        const addresses = [first.address, by.address, second.address, to];
        pool.run(layout.kernelScaleAdd, stripsOf(first.count), [...addresses, first.count]);
      });
    },
    sum: (x) => scalar('sum', sumOf(floats(x), false)),
    squaredNorm: (list) =>
      scalar(
        'squaredNorm',
        list.reduce((total, tensor) => total + sumOf(floats(tensor), true), 0),
      ),
    concat(list) {
      const located = list.map(floats);
      const [first] = located;
      if (first === undefined) throw new Error('concat was given no tensor.');
      const rest = first.shape.slice(1);
      for (const { shape } of located) expectShape('A concatenated tensor', shape.slice(1), rest);
      const rows = located.reduce((sum, { shape }) => sum + (shape[0] ?? 0), 0);
      return made('concat', [rows, ...rest], (to) => {
        let end = to;
        for (const { address, count: elements } of located) {
          copyBox(pool, address, end, [elements], [1], [1]);
          end += elements * 4;
        }
      });
    },
    pack(list) {
      const [first] = list;
      if (first === undefined) throw new Error('pack was given no tensor.');
      const located = list.map(floats);
      for (const { shape } of located) expectShape('A packed tensor', shape, first.shape);
      const size = elementCount(first.shape);
      return made('pack', [list.length, ...first.shape], (to) => {
        located.forEach(({ address }, index) => {
          copyBox(pool, address, to + index * size * 4, [size], [1], [1]);
        });
      });
    },
    unpack(x) {
      const { address } = floats(x);
      const [length = 0, ...shape] = x.shape;
      const size = elementCount(shape);
      count('unpack');
      return Array.from({ length }, (_, index) => {
        const tensor = create(shape);
        copyBox(pool, address + index * size * 4, addressOf(tensor), [size], [1], [1]);
        return tensor;
      });
    },

    gather(x, indices) {
      const [from, places] = [locate(x), locate(indices, 'int32')];
      const [slices = 0, ...sliceShape] = x.shape;
      const sliceBytes = elementCount(sliceShape) * elementBytes(x.dataType);
      const perTask = slicesPerTask(sliceBytes);
      return made(
        'gather',
        [...indices.shape, ...sliceShape],
        (to) => {
          const sizes = [places.count, slices, sliceBytes, perTask];
          const tasks = Math.ceil(places.count / perTask);
          if (pool.run(layout.kernelGather, tasks, [from.address, places.address, to, ...sizes])) return;
          throw new Error(`A slice was asked for that is not among 0 to ${slices - 1}.`);
        },
        x.dataType,
      );
    },
    topK(list, k) {
      const located = floats(list);
      if (list.shape.length !== 1 || k > located.count) {
        throw new Error(
          `The ${k} largest of shape [${list.shape.join()}] were asked for, expected at least ${k} values.`,
        );
      }
      return made(
        'topK',
        [k],
        (to) => {
          pool.integers(to, k).set(topK(values(located), k));
        },
        'int32',
      );
    },

    momentumUpdate(parameter, velocity, gradient, { learningRate, momentum, weightDecay }) {
      const [theta, moving, slope] = [floats(parameter), floats(velocity), floats(gradient)];
      expectShape("A parameter's gradient", gradient.shape, parameter.shape);
      expectShape("A parameter's velocity", velocity.shape, parameter.shape);
      count('momentumUpdate');
      const updated = { parameter: tensors.replace(parameter), velocity: tensors.replace(velocity) };
      const to = [addressOf(updated.parameter), addressOf(updated.velocity)];
      pool.run(
        layout.kernelMomentumUpdate,
        stripsOf(theta.count),
        [theta.address, moving.address, slope.address, ...to, theta.count],
        [momentum, weightDecay, learningRate],
      );
      return updated;
    },
  });
};

import { type DataType, elementCount, type HostArray, type Ops, type Tensor } from './ops.ts';
import { expectShape, type FloatArray, type NumberArray, type Numbers } from './reference/arrays.ts';
import { gelu, geluGrad, softmax, softmaxGrad } from './reference/activations.ts';
import { batchNorm, batchNormGrad, batchNormInference } from './reference/batchNorm.ts';
import { biasAdd, biasAddGrad } from './reference/channels.ts';
import { isCorrect, matMul, softmaxCrossEntropy } from './reference/classification.ts';
import { conv2d, conv2dFilterGrad, conv2dInputGrad } from './reference/convolutions.ts';
import * as elements from './reference/elementwise.ts';
import { layerNorm, layerNormGrad } from './reference/layerNorm.ts';
import * as pools from './reference/pooling.ts';
import * as shapes from './reference/shapes.ts';
import { openAccounts } from './counters.ts';
import { withFusedRelu } from './fusedRelu.ts';

/** Contents as their data type holds them: integers are truncated and wrap around. */
const stored = (data: ArrayLike<number>, dataType: DataType): Numbers => {
  switch (dataType) {
    case 'float32':
      return Float64Array.from(data);
    case 'int64':
      return Float64Array.from(data, Math.trunc);
    case 'int32':
      return Int32Array.from(data);
    case 'uint8':
      return Uint8Array.from(data);
    case 'bool':
      return Uint8Array.from(data, (value) => (value === 0 ? 0 : 1));
    case 'bfloat16':
      throw new Error('The reference engine computes in float64, not in bfloat16.');
  }
};

const hostDataType = (data: HostArray): DataType => {
  if (data instanceof Int32Array) return 'int32';
  return data instanceof Uint8Array ? 'uint8' : 'float32';
};

const expectType = ({ dataType }: Tensor, expected: DataType): void => {
  if (dataType !== expected) throw new Error(`Found a tensor of ${dataType}, expected ${expected}.`);
};

/** The op table in plain TypeScript and float64: slow, and what every other engine is measured against. */
export const referenceOps = (): Ops => {
  const contents = new Map<Tensor, Numbers>();
  const constants = new Map<number, Tensor>();
  const accounts = openAccounts();

  const read = (tensor: Tensor): NumberArray => {
    const data = contents.get(tensor);
    if (data === undefined) throw new Error('A tensor was used that is disposed of, or belongs to another engine.');
    return { shape: tensor.shape, data };
  };
  const floats = (tensor: Tensor): FloatArray => {
    const { shape, data } = read(tensor);
    expectType(tensor, 'float32');
    return { shape, data: data instanceof Float64Array ? data : Float64Array.from(data) };
  };
  const labelsOf = (tensor: Tensor): NumberArray => {
    expectType(tensor, 'int64');
    return read(tensor);
  };
  const hold = (data: Numbers, shape: readonly number[], dataType: DataType): Tensor => {
    expectShape('Data', [data.length], [elementCount(shape)]);
    const tensor: Tensor = { shape: [...shape], dataType };
    contents.set(tensor, data);
    accounts.made(tensor);
    return tensor;
  };
  const count = accounts.ran;
  const keep = ({ data, shape }: NumberArray, dataType: DataType = 'float32'): Tensor =>
    hold(stored(data, dataType), shape, dataType);
  /** Counts a kernel and holds its one result. */
  const result = (kernel: string, array: NumberArray, dataType: DataType = 'float32'): Tensor => {
    count(kernel);
    return keep(array, dataType);
  };
  const combined = (kernel: string, a: Tensor, b: Tensor, combine: (a: number, b: number) => number): Tensor => {
    expectType(b, a.dataType);
    return result(kernel, elements.elementwise(read(a), read(b), combine), a.dataType);
  };
  const upload = (data: HostArray, shape: readonly number[]): Tensor => {
    const dataType = hostDataType(data);
    accounts.uploaded(data.byteLength, dataType === 'float32');
    return hold(stored(data, dataType), shape, dataType);
  };
  const dispose = (tensor: Tensor): void => {
    if ([...constants.values()].includes(tensor)) throw new Error('A constant was disposed of; the engine keeps it.');
    if (!contents.delete(tensor)) throw new Error('A tensor was disposed of that is none any more.');
    accounts.gone(tensor);
  };

  const batchNormGradients = (
    op: 'batchNormGrad' | 'batchNormFrozenGrad',
    dy: Tensor,
    x: Tensor,
    scale: Tensor,
    [mean, inverse]: readonly Tensor[],
  ) => {
    if (mean === undefined || inverse === undefined) throw new Error(`${op} needs what batchNorm saved.`);
    count(op);
    const isFrozen = op === 'batchNormFrozenGrad';
    const gradients = batchNormGrad(floats(dy), floats(x), floats(scale), floats(mean), floats(inverse), isFrozen);
    return { input: keep(gradients.input), scale: keep(gradients.scale), offset: keep(gradients.offset) };
  };

  return withFusedRelu({
    name: 'Reference (float64)',
    device: 'CPU',
    threads: 1,
    oneDnn: null,
    counters: accounts.counters,
    upload,
    download(tensor) {
      const { data } = read(tensor);
      if (tensor.dataType === 'int64')
        throw new Error('An int64 tensor was downloaded, expected a cast to int32 first.');
      return data.slice();
    },
    dispose,
    constant(value) {
      const known = constants.get(value);
      if (known !== undefined) return known;
      const made = upload(Float64Array.of(value), []);
      accounts.gone(made); // the engine's own, not the caller's
      constants.set(value, made);
      return made;
    },
    synchronize() {
      // Every op is done when it returns.
    },
    close() {
      contents.clear();
      constants.clear();
      accounts.closed();
    },

    conv2d: (x, kernel, convolution) => result('conv2d', conv2d(floats(x), floats(kernel), convolution)),
    conv2dInputGrad: (dy, kernel, inputShape, convolution) =>
      result('conv2dInputGrad', conv2dInputGrad(floats(dy), floats(kernel), inputShape, convolution)),
    conv2dFilterGrad: (x, dy, kernelShape, convolution) =>
      result('conv2dFilterGrad', conv2dFilterGrad(floats(x), floats(dy), kernelShape, convolution)),

    batchNorm(x, scale, offset, running, settings) {
      count('batchNorm');
      const statistics = { mean: floats(running.mean), variance: floats(running.variance) };
      const normalised = batchNorm(floats(x), floats(scale), floats(offset), statistics, settings);
      return {
        output: keep(normalised.output),
        runningMean: keep(normalised.running.mean),
        runningVariance: keep(normalised.running.variance),
        saved: normalised.saved.map((array) => keep(array)),
      };
    },
    batchNormInference(x, scale, offset, running, epsilon) {
      const statistics = { mean: floats(running.mean), variance: floats(running.variance) };
      return result(
        'batchNormInference',
        batchNormInference(floats(x), floats(scale), floats(offset), statistics, epsilon),
      );
    },
    batchNormGrad: (dy, x, scale, saved) => batchNormGradients('batchNormGrad', dy, x, scale, saved),
    batchNormFrozenGrad: (dy, x, scale, saved) => batchNormGradients('batchNormFrozenGrad', dy, x, scale, saved),

    relu: (x) => result('relu', elements.relu(floats(x))),
    reluGrad: (dy, y) => result('reluGrad', elements.reluGrad(floats(dy), floats(y))),

    maxPool: (x, pooling) => result('maxPool', pools.maxPool(floats(x), pooling)),
    maxPoolGrad: (dy, x, y, pooling) =>
      result('maxPoolGrad', pools.maxPoolGrad(floats(dy), floats(x), floats(y), pooling)),
    averagePool: (x, pooling) => result('averagePool', pools.averagePool(floats(x), pooling)),
    averagePoolGrad: (dy, inputShape, pooling) =>
      result('averagePoolGrad', pools.averagePoolGrad(floats(dy), inputShape, pooling)),

    matMul: (a, b, transposeA, transposeB) => result('matMul', matMul(floats(a), floats(b), transposeA, transposeB)),
    batchMatMul: (a, b, transposeA, transposeB) =>
      result('batchMatMul', shapes.batchMatMul(floats(a), floats(b), transposeA, transposeB)),
    biasAdd: (x, bias) => result('biasAdd', biasAdd(floats(x), floats(bias))),
    biasAddGrad: (dy) => result('biasAddGrad', biasAddGrad(floats(dy))),
    reshape: (x, shape) => {
      count('reshape');
      return hold(read(x).data, shape, x.dataType); // shared: no op writes to what it was given
    },
    transpose: (x, axes) => result('transpose', shapes.transpose(floats(x), axes)),
    pad: (x, before, after) => result('pad', shapes.pad(floats(x), before, after)),
    slice: (x, begin, shape) => result('slice', shapes.slice(floats(x), begin, shape)),

    layerNorm(x, scale, offset, epsilon) {
      count('layerNorm');
      const { output, saved } = layerNorm(floats(x), floats(scale), floats(offset), epsilon);
      return { output: keep(output), saved: saved.map((array) => keep(array)) };
    },
    layerNormGrad(dy, scale, saved) {
      const [normalised, inverse] = saved;
      if (normalised === undefined || inverse === undefined)
        throw new Error('layerNormGrad needs what layerNorm saved.');
      count('layerNormGrad');
      const gradients = layerNormGrad(floats(dy), floats(scale), floats(normalised), floats(inverse));
      return { input: keep(gradients.input), scale: keep(gradients.scale), offset: keep(gradients.offset) };
    },
    gelu: (x) => result('gelu', gelu(floats(x))),
    geluGrad: (dy, x) => result('geluGrad', geluGrad(floats(dy), floats(x))),
    softmax: (x) => result('softmax', softmax(floats(x))),
    softmaxGrad: (dy, y) => result('softmaxGrad', softmaxGrad(floats(dy), floats(y))),

    softmaxCrossEntropy(logits, labels, smoothing) {
      count('softmaxCrossEntropy');
      const { losses, logitsGrad } = softmaxCrossEntropy(floats(logits), labelsOf(labels), smoothing);
      return { losses: keep(losses), logitsGrad: keep(logitsGrad) };
    },
    isCorrect: (logits, labels) => result('isCorrect', isCorrect(floats(logits), labelsOf(labels))),

    add: (a, b) => combined('add', a, b, (left, right) => left + right),
    subtract: (a, b) => combined('subtract', a, b, (left, right) => left - right),
    multiply: (a, b) => combined('multiply', a, b, (left, right) => left * right),
    divide(a, b) {
      expectType(a, 'float32');
      return combined('divide', a, b, (left, right) => left / right);
    },
    sqrt: (a) => result('sqrt', elements.map(floats(a), Math.sqrt)),
    cast: (a, dataType) => result('cast', read(a), dataType),
    scaleAdd: (x, factor, y) => result('scaleAdd', elements.scaleAdd(floats(x), floats(factor), floats(y))),
    sum: (x) => result('sum', elements.scalar(elements.sumOf(floats(x), (value) => value))),
    squaredNorm(tensors) {
      const squares = tensors.map((tensor) => elements.sumOf(floats(tensor), (value) => value * value));
      return result('squaredNorm', elements.scalar(squares.reduce((sum, square) => sum + square, 0)));
    },
    concat: (tensors) => result('concat', shapes.concat(tensors.map(floats))),
    pack: (tensors) => result('pack', shapes.pack(tensors.map(floats))),
    unpack(x) {
      count('unpack');
      return shapes.unpack(floats(x)).map((array) => keep(array));
    },

    gather(x, indices) {
      expectType(indices, 'int32');
      return result('gather', elements.gather(read(x), read(indices)), x.dataType);
    },
    topK: (values, k) => result('topK', elements.topK(floats(values), k), 'int32'),

    momentumUpdate(parameter, velocity, gradient, { learningRate, momentum, weightDecay, nesterov }) {
      count('momentumUpdate');
      const theta = floats(parameter);
      const decayed = elements.elementwise(floats(gradient), theta, (g, value) => g + weightDecay * value);
      const moved = elements.elementwise(floats(velocity), decayed, (v, g) => momentum * v + g);
      const descent = nesterov ? elements.elementwise(decayed, moved, (g, v) => g + momentum * v) : moved;
      const updated = elements.elementwise(theta, descent, (value, slope) => value - learningRate * slope);
      expectShape('An updated parameter', updated.shape, parameter.shape);
      dispose(parameter);
      dispose(velocity);
      return { parameter: keep(updated), velocity: keep(moved) };
    },
  });
};

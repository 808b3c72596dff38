import { chain } from '../chain.ts';
import type { Ops, Tensor } from '../ops.ts';
import type { Handle, TensorFlow } from './binding.ts';

type TokenOps = Pick<
  Ops,
  | 'batchMatMul'
  | 'transpose'
  | 'pad'
  | 'slice'
  | 'concat'
  | 'pack'
  | 'unpack'
  | 'layerNorm'
  | 'layerNormGrad'
  | 'gelu'
  | 'geluGrad'
  | 'softmax'
  | 'softmaxGrad'
>;

/** The ops that transformers need (float32), and those that move elements about (any type), on TensorFlow's kernels. */
export const tokenOps = ({ one, run, dispose, using, attribute, integers, constant }: TensorFlow): TokenOps => {
  const T = attribute.type('T', 'float32');
  const indexed = (x: Tensor, name: string) => [attribute.type('T', x.dataType), attribute.type(name, 'int32')];
  const axisAttributes = [T, attribute.type('Tidx', 'int32'), attribute.bool('keep_dims', true)];
  const multiply = (a: Tensor, b: Tensor): Handle => one('Mul', [T], a, b);
  const subtract = (a: Tensor, b: Tensor): Handle => one('Sub', [T], a, b);
  const add = (a: Tensor, b: Tensor): Handle => one('AddV2', [T], a, b);
  /** Sum or mean along the last axis, which stays with one element. */
  const reduced = (kernel: 'Sum' | 'Mean', x: Tensor): Handle =>
    one(kernel, axisAttributes, x, integers([x.shape.length - 1]));
  const channelSum = (x: Tensor): Handle => one('BiasAddGrad', [T, attribute.string('data_format', 'NHWC')], x);

  const times = (factor: Tensor) => (x: Tensor) => multiply(x, factor);

  /** Φ(x) = erfc(−x/√2)/2. */
  const normalDistribution = (x: Tensor): Handle =>
    chain(dispose, x, times(constant(-Math.SQRT1_2)), (argument) => one('Erfc', [T], argument), times(constant(0.5)));

  return {
    batchMatMul: (a, b, transposeA, transposeB) =>
      one('BatchMatMulV2', [T, attribute.bool('adj_x', transposeA), attribute.bool('adj_y', transposeB)], a, b),
    transpose: (x, axes) => one('Transpose', indexed(x, 'Tperm'), x, integers(axes)),
    pad: (x, before, after) =>
      one(
        'Pad',
        indexed(x, 'Tpaddings'),
        x,
        integers(
          before.flatMap((cells, axis) => [cells, after[axis] ?? 0]),
          [before.length, 2],
        ),
      ),
    slice: (x, begin, shape) => one('Slice', indexed(x, 'Index'), x, integers(begin), integers(shape)),
    concat(tensors) {
      const [first] = tensors;
      if (first === undefined) throw new Error('concat was given no tensor.');
      if (tensors.length === 1) return one('Identity', [T], first);
      const attributes = [attribute.int('N', tensors.length), T, attribute.type('Tidx', 'int32')];
      return one('ConcatV2', attributes, ...tensors, integers([0], []));
    },
    pack: (tensors) => one('Pack', [attribute.int('N', tensors.length), T, attribute.int('axis', 0)], ...tensors),
    unpack(x) {
      const [count = 0] = x.shape;
      return run('Unpack', [attribute.int('num', count), T, attribute.int('axis', 0)], [x], count);
    },

    layerNorm(x, scale, offset, epsilon) {
      const centred = using(reduced('Mean', x), (mean) => subtract(x, mean));
      const inverse = chain(
        dispose,
        centred,
        (deviation) => one('Square', [T], deviation),
        (square) => reduced('Mean', square),
        (variance) => add(variance, constant(epsilon)),
        (shifted) => one('Rsqrt', [T], shifted),
      );
      const normalised = using(centred, times(inverse));
      const output = chain(dispose, normalised, times(scale), (scaled) => add(scaled, offset));
      return { output, saved: [normalised, inverse] };
    },
    layerNormGrad(dy, scale, saved) {
      const [normalised, inverse] = saved;
      if (normalised === undefined || inverse === undefined)
        throw new Error('layerNormGrad needs what layerNorm saved.');
      // With g = dy·scale and x̂ normalised: inverse·(g − mean of g − x̂·mean of g·x̂).
      const scaled = multiply(dy, scale);
      const along = chain(dispose, scaled, times(normalised), (product) => reduced('Mean', product), times(normalised));
      const centred = using(reduced('Mean', scaled), (mean) => subtract(scaled, mean));
      dispose(scaled);
      const straight = using(along, (part) => using(centred, (whole) => subtract(whole, part)));
      return {
        input: using(straight, times(inverse)),
        scale: using(multiply(dy, normalised), channelSum),
        offset: channelSum(dy),
      };
    },

    gelu: (x) => using(normalDistribution(x), times(x)),
    geluGrad(dy, x) {
      // x·φ(x) = x·exp(−x²/2)/√(2π)
      const slope = chain(
        dispose,
        x,
        (value) => one('Square', [T], value),
        times(constant(-0.5)),
        (exponent) => one('Exp', [T], exponent),
        times(constant(1 / Math.sqrt(2 * Math.PI))),
        times(x),
      );
      const whole = using(slope, (part) => using(normalDistribution(x), (share) => add(share, part)));
      return using(whole, times(dy));
    },
    softmax: (x) => one('Softmax', [T], x),
    softmaxGrad: (dy, y) =>
      chain(
        dispose,
        dy,
        times(y),
        (product) => reduced('Sum', product),
        (sum) => subtract(dy, sum),
        times(y),
      ),
  };
};

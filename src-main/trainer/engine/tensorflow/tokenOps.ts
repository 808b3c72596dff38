import type { Ops, Tensor } from '../ops.ts';
import type { Handle, Kernels } from './binding.ts';

type TokenOps = Pick<
  Ops,
  | 'batchMatMul'
  | 'transpose'
  | 'pad'
  | 'slice'
  | 'pack'
  | 'unpack'
  | 'layerNorm'
  | 'layerNormGrad'
  | 'gelu'
  | 'geluGrad'
  | 'softmax'
  | 'softmaxGrad'
>;

/** The ops that transformers need, and those that move elements about, on TensorFlow's kernels (float32). */
export const tokenOps = ({ one, run, dispose, attribute, integers, keep, upload }: Kernels): TokenOps => {
  const T = attribute.type('T', 'float32');
  const indexed = (name: string) => [T, attribute.type(name, 'int32')];
  const axisAttributes = [...indexed('Tidx'), attribute.bool('keep_dims', true)];
  const constant = (value: number): Handle => keep(`float32: ${value}`, () => upload(Float32Array.of(value), []));

  const multiply = (a: Tensor, b: Tensor): Handle => one('Mul', [T], a, b);
  const subtract = (a: Tensor, b: Tensor): Handle => one('Sub', [T], a, b);
  const add = (a: Tensor, b: Tensor): Handle => one('AddV2', [T], a, b);
  /** Sum or mean along the last axis, which stays with one element. */
  const reduced = (kernel: 'Sum' | 'Mean', x: Tensor): Handle =>
    one(kernel, axisAttributes, x, integers([x.shape.length - 1]));
  const channelSum = (x: Tensor): Handle => one('BiasAddGrad', [T, attribute.string('data_format', 'NHWC')], x);

  /** Runs `compute`, in which `once` takes note of temporaries, and disposes of those. */
  const scratch = <R>(compute: (once: (temporary: Handle) => Handle) => R): R => {
    const temporaries: Handle[] = [];
    const result = compute((temporary) => {
      temporaries.push(temporary);
      return temporary;
    });
    temporaries.forEach(dispose);
    return result;
  };

  /** Φ(x) = erfc(−x/√2)/2. */
  const normalDistribution = (x: Tensor): Handle =>
    scratch((once) => {
      const argument = once(multiply(x, constant(-Math.SQRT1_2)));
      return multiply(once(one('Erfc', [T], argument)), constant(0.5));
    });

  return {
    batchMatMul: (a, b, transposeA, transposeB) =>
      one('BatchMatMulV2', [T, attribute.bool('adj_x', transposeA), attribute.bool('adj_y', transposeB)], a, b),
    transpose: (x, axes) => one('Transpose', indexed('Tperm'), x, integers(axes)),
    pad: (x, before, after) =>
      one(
        'Pad',
        indexed('Tpaddings'),
        x,
        integers(
          before.flatMap((cells, axis) => [cells, after[axis] ?? 0]),
          [before.length, 2],
        ),
      ),
    slice: (x, begin, shape) => one('Slice', indexed('Index'), x, integers(begin), integers(shape)),
    pack: (tensors) => one('Pack', [attribute.int('N', tensors.length), T, attribute.int('axis', 0)], ...tensors),
    unpack(x) {
      const [count = 0] = x.shape;
      return run('Unpack', [attribute.int('num', count), T, attribute.int('axis', 0)], [x], count);
    },

    layerNorm: (x, scale, offset, epsilon) =>
      scratch((once) => {
        const centred = once(subtract(x, once(reduced('Mean', x))));
        const variance = once(reduced('Mean', once(one('Square', [T], centred))));
        const inverse = one('Rsqrt', [T], once(add(variance, constant(epsilon))));
        const normalised = multiply(centred, inverse);
        return { output: add(once(multiply(normalised, scale)), offset), saved: [normalised, inverse] };
      }),
    layerNormGrad(dy, scale, saved) {
      const [normalised, inverse] = saved;
      if (normalised === undefined || inverse === undefined)
        throw new Error('layerNormGrad needs what layerNorm saved.');
      return scratch((once) => {
        // With g = dy·scale and x̂ normalised: inverse·(g − mean of g − x̂·mean of g·x̂).
        const scaled = once(multiply(dy, scale));
        const slope = once(reduced('Mean', once(multiply(scaled, normalised))));
        const centred = once(subtract(scaled, once(reduced('Mean', scaled))));
        const straightened = once(subtract(centred, once(multiply(normalised, slope))));
        return {
          input: multiply(straightened, inverse),
          scale: channelSum(once(multiply(dy, normalised))),
          offset: channelSum(dy),
        };
      });
    },

    gelu: (x) => scratch((once) => multiply(x, once(normalDistribution(x)))),
    geluGrad: (dy, x) =>
      scratch((once) => {
        // x·φ(x) = x·exp(−x²/2)/√(2π)
        const exponent = once(multiply(once(one('Square', [T], x)), constant(-0.5)));
        const density = once(multiply(once(one('Exp', [T], exponent)), constant(1 / Math.sqrt(2 * Math.PI))));
        return multiply(dy, once(add(once(normalDistribution(x)), once(multiply(x, density)))));
      }),
    softmax: (x) => one('Softmax', [T], x),
    softmaxGrad: (dy, y) =>
      scratch((once) => {
        const centred = once(subtract(dy, once(reduced('Sum', once(multiply(dy, y))))));
        return multiply(centred, y);
      }),
  };
};

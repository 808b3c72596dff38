import { LabError } from '../../../../shared/errors.ts';
import type { DataType, MaxPooling, Ops, Tensor } from '../ops.ts';
import type { Attribute, Handle, TensorFlow } from './binding.ts';

/**
 * The gradient of max-pooling. TensorFlow's public kernel looks for the maxima anew and is 25 times as slow on a CPU as oneDNN's, which
 * eager mode has but never picks by itself: so they are called by their own names, where the library has them.
 * @param attributesOf - those of the public kernels MaxPool and MaxPoolGrad on x.
 */
export const maxPoolGradient = (
  tensorflow: TensorFlow,
  attributesOf: (x: Tensor, pooling: MaxPooling) => readonly Attribute[],
): Ops['maxPoolGrad'] => {
  const { one, run, dispose, attribute, integers, constant, keep, upload } = tensorflow;

  const oneDnnAttributes = (x: Tensor, pooling: MaxPooling): Attribute[] => [
    ...attributesOf(x, { size: pooling.size, stride: pooling.stride }),
    attribute.bool('workspace_enabled', true), // where the maxima were
    attribute.string('_kernel', 'MklNameChangeOp'), // the label under which oneDNN's kernels are registered
  ];
  const oneDnn = (dy: Tensor, x: Tensor, pooling: MaxPooling): Handle => {
    const attributes = oneDnnAttributes(x, pooling);
    const [output, workspace] = run('_MklNativeMaxPool', attributes, [x], 2);
    if (output === undefined || workspace === undefined) throw new Error('_MklNativeMaxPool gave too few outputs.');
    const gradient = one('_MklNativeMaxPoolGrad', attributes, x, output, dy, workspace);
    dispose(output);
    dispose(workspace);
    return gradient;
  };

  /** −∞, which no window takes for its maximum. */
  const lowest = (dataType: DataType): Handle => {
    const wide = constant(-Infinity);
    const types = [attribute.type('SrcT', 'float32'), attribute.type('DstT', dataType)];
    return dataType === 'float32' ? wide : keep(`${dataType}: -Infinity`, () => one('Cast', types, wide));
  };

  let isThere: boolean | null = null;
  const hasOneDnn = (): boolean => {
    if (tensorflow.usesGpu) return false;
    const pixel = keep('pixel', () => upload(Float32Array.of(0), [1, 1, 1, 1]));
    try {
      dispose(oneDnn(pixel, pixel, { size: 1, stride: 1 }));
      return true;
    } catch (error) {
      if (error instanceof LabError) throw error;
      return false;
    }
  };

  /** −∞ around x. */
  const padded = (x: Tensor, padding: number): Handle => {
    const around = integers([0, 0, padding, padding, padding, padding, 0, 0], [4, 2]);
    return one(
      'PadV2',
      [attribute.type('T', x.dataType), attribute.type('Tpaddings', 'int32')],
      x,
      around,
      lowest(x.dataType),
    );
  };

  return (dy, x, y, pooling) => {
    isThere ??= hasOneDnn();
    if (!isThere) return one('MaxPoolGrad', attributesOf(x, pooling), x, y, dy);
    const { padding = 0 } = pooling;
    if (padding === 0) return oneDnn(dy, x, pooling);
    const larger = padded(x, padding);
    const largerGrad = oneDnn(dy, larger, pooling);
    dispose(larger);
    const begin = integers([0, padding, padding, 0]);
    const attributes = [attribute.type('T', x.dataType), attribute.type('Index', 'int32')];
    const gradient = one('Slice', attributes, largerGrad, begin, integers(x.shape));
    dispose(largerGrad);
    return gradient;
  };
};

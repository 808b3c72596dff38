import type { Convolution, Ops, Tensor } from '../ops.ts';
import type { Attribute, Handle, TensorFlow } from './binding.ts';

export type ConvolutionOps = Pick<Ops, 'conv2d' | 'conv2dInputGrad' | 'conv2dFilterGrad'>;

/** How a convolution's padding is said to TensorFlow. `explicit` padding would make the gradients leave oneDNN. */
type Padding = 'SAME' | 'VALID' | 'pad first';

/** Stride 1 with (K − 1)/2 zeros on each side is exactly SAME; other padding is done by a Pad before a VALID convolution. */
const paddingOf = ([kernelSide = 0]: readonly number[], { stride, padding }: Convolution): Padding => {
  if (padding === 0) return 'VALID';
  return stride === 1 && 2 * padding === kernelSide - 1 ? 'SAME' : 'pad first';
};

const paddedShape = (shape: readonly number[], padding: number): number[] =>
  shape.map((size, axis) => (axis === 1 || axis === 2 ? size + 2 * padding : size));

/** Convolutions on TensorFlow's own kernels, which compute in the type of the activations. */
export const convolutionOps = ({ one, using, attribute, integers }: TensorFlow): ConvolutionOps => {
  const typed = ({ dataType }: Tensor): Attribute => attribute.type('T', dataType);

  const known = new Map<string, Attribute[]>();
  const attributesOf = (x: Tensor, stride: number, padding: 'SAME' | 'VALID'): Attribute[] => {
    const key = `${x.dataType} ${stride} ${padding}`;
    const attributes = known.get(key) ?? [
      typed(x),
      attribute.int('strides', [1, stride, stride, 1]),
      attribute.string('padding', padding),
      attribute.string('data_format', 'NHWC'),
      attribute.int('dilations', [1, 1, 1, 1]),
    ];
    known.set(key, attributes);
    return attributes;
  };

  const asTypeOf = (x: Tensor, kernel: Tensor, use: (kernel: Tensor) => Handle): Handle => {
    if (kernel.dataType === x.dataType) return use(kernel);
    const types = [attribute.type('SrcT', kernel.dataType), attribute.type('DstT', x.dataType)];
    return using(one('Cast', types, kernel), use);
  };
  const padded = (x: Tensor, padding: number): Handle =>
    one(
      'Pad',
      [typed(x), attribute.type('Tpaddings', 'int32')],
      x,
      integers([0, 0, padding, padding, padding, padding, 0, 0], [4, 2]),
    );

  return {
    conv2d: (x, kernel, convolution) =>
      asTypeOf(x, kernel, (weights) => {
        const padding = paddingOf(kernel.shape, convolution);
        if (padding !== 'pad first') return one('Conv2D', attributesOf(x, convolution.stride, padding), x, weights);
        return using(padded(x, convolution.padding), (larger) =>
          one('Conv2D', attributesOf(x, convolution.stride, 'VALID'), larger, weights),
        );
      }),
    conv2dInputGrad: (dy, kernel, inputShape, convolution) =>
      asTypeOf(dy, kernel, (weights) => {
        const padding = paddingOf(kernel.shape, convolution);
        const inputGrad = (shape: readonly number[], said: 'SAME' | 'VALID'): Handle =>
          one('Conv2DBackpropInput', attributesOf(dy, convolution.stride, said), integers(shape), weights, dy);
        if (padding !== 'pad first') return inputGrad(inputShape, padding);
        return using(inputGrad(paddedShape(inputShape, convolution.padding), 'VALID'), (grad) =>
          one(
            'Slice',
            [typed(grad), attribute.type('Index', 'int32')],
            grad,
            integers([0, convolution.padding, convolution.padding, 0]),
            integers(inputShape),
          ),
        );
      }),
    conv2dFilterGrad(x, dy, kernelShape, convolution) {
      const padding = paddingOf(kernelShape, convolution);
      const filterGrad = (input: Tensor, said: 'SAME' | 'VALID'): Handle =>
        one('Conv2DBackpropFilter', attributesOf(x, convolution.stride, said), input, integers(kernelShape), dy);
      if (padding !== 'pad first') return filterGrad(x, padding);
      return using(padded(x, convolution.padding), (larger) => filterGrad(larger, 'VALID'));
    },
  };
};

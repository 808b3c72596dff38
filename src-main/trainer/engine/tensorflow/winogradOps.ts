import { addedAfter, normalisedAfter } from '../fusedRelu.ts';
import type { Convolution, Ops, Tensor } from '../ops.ts';
import type { Attribute, TensorFlow } from './binding.ts';
import { residualsOf } from './batchNormOps.ts';
import type { ConvolutionOps } from './convolutionOps.ts';

/** 3×3 with one zero around, stride 1 or 2, whole vectors of channels: by Winograd's minimal filtering. */
const isFiltered = ([height, width, inputs = 0, outputs = 0]: readonly number[], { stride, padding }: Convolution) =>
  height === 3 && width === 3 && padding === 1 && stride <= 2 && inputs % 16 === 0 && outputs % 16 === 0;

/** The same of images of few channels, as a network's first one: direct sums (kernels/maths/directConvolution.h). */
const isDirect = ([height, width, inputs = 0, outputs = 0]: readonly number[], { stride, padding }: Convolution) =>
  height === 3 && width === 3 && padding === 1 && stride === 1 && inputs <= 4 && outputs % 16 === 0;

/** 1×1 of every other pixel, as the shortcuts that change the shape (kernels/maths/pointConvolution.h). */
const isShortcut = ([height, width, inputs = 0, outputs = 0]: readonly number[], { stride, padding }: Convolution) =>
  height === 1 && width === 1 && padding === 0 && stride === 2 && inputs % 16 === 0 && outputs % 16 === 0;

const isOurs = (kernelShape: readonly number[], convolution: Convolution) =>
  [isFiltered, isDirect, isShortcut].some((fits) => fits(kernelShape, convolution));

/**
 * Convolutions on the lab's own kernels (kernels/ops/convolutions.h). Winograd's minimal filtering needs a quarter of the products, half of them
 * for stride 2, summed in float32 whatever the type of the activations; of bfloat16 multiplied in bfloat16 where the processor can.
 * @param others - for the convolutions that this does not fit.
 */
export const winogradOps = (
  { one, attribute }: TensorFlow,
  others: ConvolutionOps & Pick<Ops, 'batchNormInference' | 'add' | 'dispose'>,
): ConvolutionOps => {
  const known = new Map<string, Attribute[]>();
  /** @param x - or its gradient: gives the type. @param inputShape - of x. */
  const attributesOf = ({ dataType }: Tensor, [, height = 0, width = 0]: readonly number[], stride: number) => {
    const key = `${dataType} ${height} ${width} ${stride}`;
    const attributes = known.get(key) ?? [
      attribute.type('T', dataType),
      attribute.int('stride', stride),
      attribute.int('height', height),
      attribute.int('width', width),
    ];
    known.set(key, attributes);
    return attributes;
  };

  return {
    conv2d(x, kernel, convolution, normalisation) {
      if (!isOurs(kernel.shape, convolution) || kernel.dataType !== 'float32') {
        return normalisedAfter(others, others.conv2d(x, kernel, convolution), normalisation);
      }
      const attributes = attributesOf(x, x.shape, convolution.stride);
      if (normalisation === undefined) return one('EsamConv2D', attributes, x, kernel);
      const { scale, offset, running, epsilon, relu } = normalisation;
      return one(
        'EsamConv2DNormalised',
        [
          ...attributes,
          attribute.int('N', residualsOf(relu).length),
          attribute.float('epsilon', epsilon),
          attribute.bool('relu', relu !== undefined),
        ],
        ...[x, kernel, scale, offset, running.mean, running.variance, ...residualsOf(relu)],
      );
    },
    conv2dInputGrad(dy, kernel, inputShape, convolution, added) {
      if (
        !(isFiltered(kernel.shape, convolution) || isShortcut(kernel.shape, convolution)) ||
        kernel.dataType !== 'float32'
      ) {
        return addedAfter(others, others.conv2dInputGrad(dy, kernel, inputShape, convolution), added);
      }
      const more = added ? [added] : [];
      const attributes = [...attributesOf(dy, inputShape, convolution.stride), attribute.int('N', more.length)];
      return one('EsamConv2DInputGrad', attributes, dy, kernel, ...more);
    },
    conv2dFilterGrad: (x, dy, kernelShape, convolution) =>
      isOurs(kernelShape, convolution)
        ? one(
            'EsamConv2DFilterGrad',
            [...attributesOf(x, x.shape, convolution.stride), attribute.int('taps', kernelShape[0] ?? 0)],
            x,
            dy,
          )
        : others.conv2dFilterGrad(x, dy, kernelShape, convolution),
  };
};

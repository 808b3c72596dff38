import type { Convolution } from '../ops.ts';
import type { Kernels } from './binding.ts';
import type { ConvolutionOps } from './convolutionOps.ts';

/** 3×3 with one zero around, stride 1, whole vectors of channels: what the lab's own kernels are for. */
const isOurs = ([height, width, inputs = 0, outputs = 0]: readonly number[], { stride, padding }: Convolution) =>
  height === 3 && width === 3 && stride === 1 && padding === 1 && inputs % 16 === 0 && outputs % 16 === 0;

/**
 * Convolutions by Winograd's minimal filtering on the lab's own kernels (kernels/convolutions.h): a quarter of the products, summed in float32
 * whatever the type of the activations.
 * @param others - for the convolutions that this does not fit.
 */
export const winogradOps = ({ one, attribute }: Kernels, others: ConvolutionOps): ConvolutionOps => ({
  conv2d: (x, kernel, convolution) =>
    isOurs(kernel.shape, convolution) && kernel.dataType === 'float32'
      ? one('EsamConv2D', [attribute.type('T', x.dataType)], x, kernel)
      : others.conv2d(x, kernel, convolution),
  conv2dInputGrad: (dy, kernel, inputShape, convolution) =>
    isOurs(kernel.shape, convolution) && kernel.dataType === 'float32'
      ? one('EsamConv2DInputGrad', [attribute.type('T', dy.dataType)], dy, kernel)
      : others.conv2dInputGrad(dy, kernel, inputShape, convolution),
  conv2dFilterGrad: (x, dy, kernelShape, convolution) =>
    isOurs(kernelShape, convolution)
      ? one('EsamConv2DFilterGrad', [attribute.type('T', x.dataType)], x, dy)
      : others.conv2dFilterGrad(x, dy, kernelShape, convolution),
});

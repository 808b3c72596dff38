import type { Ops } from '../ops.ts';
import { conv2d, conv2dInputGrad } from './convolutions.ts';
import { conv2dFilterGrad } from './filterGradients.ts';
import type { Operands } from './operands.ts';
import { convolutionShape } from './shapes.ts';

type ConvolutionOps = Pick<Ops, 'conv2d' | 'conv2dInputGrad' | 'conv2dFilterGrad'>;

export const convolutionOps = ({ pool, floats, made }: Operands): ConvolutionOps => ({
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
});

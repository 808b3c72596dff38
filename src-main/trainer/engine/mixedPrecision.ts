import type { DataType, Ops, Tensor } from './ops.ts';

/**
 * The op table with activations and convolution kernels in bfloat16 from the first convolution on: parameters, their gradients,
 * BatchNorm's statistics, dense layers and the loss stay float32. Half the memory traffic, and twice the arithmetic where the
 * processor has bfloat16 instructions. (A vision transformer is matrix products of float32 but for its patches.)
 */
export const mixedPrecisionOps = (ops: Ops): Ops => {
  /** Uses a tensor in another type; what had to be cast for that is disposed of afterwards. */
  const as = <R>(dataType: DataType, tensor: Tensor, use: (cast: Tensor) => R): R => {
    if (tensor.dataType === dataType) return use(tensor);
    const cast = ops.cast(tensor, dataType);
    const result = use(cast);
    ops.dispose(cast);
    return result;
  };
  const bothAs = <R>(dataType: DataType, a: Tensor, b: Tensor, use: (a: Tensor, b: Tensor) => R): R =>
    as(dataType, a, (left) => as(dataType, b, (right) => use(left, right)));

  /** A gradient of a parameter, which some engines make in bfloat16. */
  const toFull = (gradient: Tensor): Tensor => {
    if (gradient.dataType === 'float32') return gradient;
    const wide = ops.cast(gradient, 'float32');
    ops.dispose(gradient);
    return wide;
  };

  return {
    ...ops,
    conv2d: (x, kernel, convolution, normalisation) =>
      as('bfloat16', x, (image) => ops.conv2d(image, kernel, convolution, normalisation)),
    conv2dInputGrad: (dy, kernel, inputShape, convolution, added) =>
      as('bfloat16', dy, (grad) => {
        const make = (more?: Tensor): Tensor => ops.conv2dInputGrad(grad, kernel, inputShape, convolution, more);
        return added ? as('bfloat16', added, make) : make();
      }),
    conv2dFilterGrad: (x, dy, kernelShape, convolution) =>
      toFull(bothAs('bfloat16', x, dy, (image, grad) => ops.conv2dFilterGrad(image, grad, kernelShape, convolution))),
    averagePoolGrad: (dy, inputShape, pooling) =>
      as('bfloat16', dy, (grad) => ops.averagePoolGrad(grad, inputShape, pooling)),
    matMul: (a, b, transposeA, transposeB) =>
      bothAs('float32', a, b, (left, right) => ops.matMul(left, right, transposeA, transposeB)),
    biasAdd: (x, bias) => as('float32', x, (wide) => ops.biasAdd(wide, bias)),
    biasAddGrad: (dy) => as('float32', dy, ops.biasAddGrad),
  };
};

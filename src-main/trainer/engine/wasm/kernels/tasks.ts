import { binary, copyBox } from './broadcasts';
import { cast, gather } from './conversions';
import { convolve } from './convolutions';
import { momentumUpdate, relu, reluGrad, scaleAdd, squareRoot, sums } from './elements';
import { filterGrad, filterGradSum } from './filterGradients';
import * as kernels from './layout';
import { multiplyMatrices } from './matrices';
import { batchNormInputGrad, batchNormSums, channelMoments, normalise } from './normalizations';
import { pack } from './packing';
import { pool } from './poolings';
import { gelu, geluGrad, layerNorm, layerNormInputGrad, softmax, softmaxGrad } from './tokens';

/** Runs one task of a kernel. */
export function runTask(kernel: i32, task: i32): void {
  switch (kernel) {
    case kernels.kernelConvolve:
      return convolve(task);
    case kernels.kernelPack:
      return pack(task);
    case kernels.kernelFilterGrad:
      return filterGrad(task);
    case kernels.kernelFilterGradSum:
      return filterGradSum(task);
    case kernels.kernelMultiplyMatrices:
      return multiplyMatrices(task);
    case kernels.kernelChannelMoments:
      return channelMoments(task);
    case kernels.kernelNormalise:
      return normalise(task);
    case kernels.kernelBatchNormSums:
      return batchNormSums(task);
    case kernels.kernelBatchNormInputGrad:
      return batchNormInputGrad(task);
    case kernels.kernelRelu:
      return relu(task);
    case kernels.kernelReluGrad:
      return reluGrad(task);
    case kernels.kernelSqrt:
      return squareRoot(task);
    case kernels.kernelScaleAdd:
      return scaleAdd(task);
    case kernels.kernelBinary:
      return binary(task);
    case kernels.kernelCast:
      return cast(task);
    case kernels.kernelSums:
      return sums(task);
    case kernels.kernelGather:
      return gather(task);
    case kernels.kernelMomentumUpdate:
      return momentumUpdate(task);
    case kernels.kernelMaxPool:
    case kernels.kernelMaxPoolGrad:
    case kernels.kernelAveragePool:
    case kernels.kernelAveragePoolGrad:
      return pool(kernel, task);
    case kernels.kernelCopyBox:
      return copyBox(task);
    case kernels.kernelLayerNorm:
      return layerNorm(task);
    case kernels.kernelLayerNormInputGrad:
      return layerNormInputGrad(task);
    case kernels.kernelGelu:
      return gelu(task);
    case kernels.kernelGeluGrad:
      return geluGrad(task);
    case kernels.kernelSoftmax:
      return softmax(task);
    case kernels.kernelSoftmaxGrad:
      return softmaxGrad(task);
  }
}

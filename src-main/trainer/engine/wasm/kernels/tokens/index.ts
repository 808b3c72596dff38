import { gelu, geluGrad } from './gelu';
import { layerNorm, layerNormInputGrad } from './layerNorm';
import { softmax, softmaxGrad } from './softmax';
import { Gelu, GeluGrad, LayerNorm, LayerNormInputGrad, Softmax, SoftmaxGrad } from './table';

/** Runs one task of a kernel of this family. */
export function runTask(kernel: i32, task: i32): void {
  switch (kernel) {
    case Gelu.kernel:
      return gelu(task);
    case GeluGrad.kernel:
      return geluGrad(task);
    case Softmax.kernel:
      return softmax(task);
    case SoftmaxGrad.kernel:
      return softmaxGrad(task);
    case LayerNorm.kernel:
      return layerNorm(task);
    case LayerNormInputGrad.kernel:
      return layerNormInputGrad(task);
  }
}

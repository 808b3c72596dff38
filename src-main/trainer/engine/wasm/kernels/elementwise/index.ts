import { binary } from './broadcasts';
import { cast } from './casts';
import { momentumUpdate, relu, reluGrad, scaleAdd, squareRoot, sums } from './strips';
import { Binary, Cast, MomentumUpdate, Relu, ReluGrad, ScaleAdd, SquareRoot, Sums } from './table';

/** Runs one task of a kernel of this family. */
export function runTask(kernel: i32, task: i32): void {
  switch (kernel) {
    case Relu.kernel:
      return relu(task);
    case ReluGrad.kernel:
      return reluGrad(task);
    case SquareRoot.kernel:
      return squareRoot(task);
    case ScaleAdd.kernel:
      return scaleAdd(task);
    case MomentumUpdate.kernel:
      return momentumUpdate(task);
    case Sums.kernel:
      return sums(task);
    case Binary.kernel:
      return binary(task);
    case Cast.kernel:
      return cast(task);
  }
}

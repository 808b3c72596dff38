import { convolve } from './convolve';
import { filterGrad, filterGradSum } from './filterGradients';
import { pack } from './packing';
import { Convolve, FilterGrad, FilterGradSum, Pack } from './table';

/** Runs one task of a kernel of this family. */
export function runTask(kernel: i32, task: i32): void {
  switch (kernel) {
    case Convolve.kernel:
      return convolve(task);
    case Pack.kernel:
      return pack(task);
    case FilterGrad.kernel:
      return filterGrad(task);
    case FilterGradSum.kernel:
      return filterGradSum(task);
  }
}

import { multiplyMatrices } from './multiply';
import { MultiplyMatrices } from './table';

/** Runs one task of a kernel of this family. */
export function runTask(kernel: i32, task: i32): void {
  switch (kernel) {
    case MultiplyMatrices.kernel:
      return multiplyMatrices(task);
  }
}

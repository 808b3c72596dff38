import { copyBox } from './boxes';
import { gather } from './gather';
import { CopyBox, Gather } from './table';

/** Runs one task of a kernel of this family. */
export function runTask(kernel: i32, task: i32): void {
  switch (kernel) {
    case CopyBox.kernel:
      return copyBox(task);
    case Gather.kernel:
      return gather(task);
  }
}

import { runTask as convolutions } from './convolutions';
import { runTask as elementwise } from './elementwise';
import * as families from './families';
import { runTask as matrices } from './matrices';
import { runTask as moves } from './moves';
import { runTask as normalizations } from './normalizations';
import { runTask as poolings } from './poolings';
import { runTask as tokens } from './tokens';

/** Runs one task of a kernel: each family knows its own. */
export function runTask(kernel: i32, task: i32): void {
  switch (kernel & -families.numbersOfFamily) {
    case families.convolutions:
      return convolutions(kernel, task);
    case families.matrices:
      return matrices(kernel, task);
    case families.normalizations:
      return normalizations(kernel, task);
    case families.elementwise:
      return elementwise(kernel, task);
    case families.poolings:
      return poolings(kernel, task);
    case families.tokens:
      return tokens(kernel, task);
    case families.moves:
      return moves(kernel, task);
  }
}

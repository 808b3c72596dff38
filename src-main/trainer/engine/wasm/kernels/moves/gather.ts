import { address, argument, copyFloats, fail } from '../task';
import { Gather } from './table';

/** A task copies slices of bytes chosen by index; an index out of range fails the kernel. */
export function gather(task: i32): void {
  const indices = address(Gather.indices);
  const slices = argument(Gather.slices);
  const bytes = <usize>argument(Gather.sliceBytes);
  const first = task * argument(Gather.slicesPerTask);
  const last = min(argument(Gather.count), first + argument(Gather.slicesPerTask));
  let to = address(Gather.to) + <usize>first * bytes;
  for (let place = first; place < last; place++, to += bytes) {
    const index = load<i32>(indices + ((<usize>place) << 2));
    if (index < 0 || index >= slices) {
      fail();
      return;
    }
    const from = address(Gather.from) + <usize>index * bytes;
    if ((bytes & 3) == 0) copyFloats(to, from, bytes);
    else for (let byte: usize = 0; byte < bytes; byte++) store<u8>(to + byte, load<u8>(from + byte));
  }
}

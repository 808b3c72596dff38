import { address, argument, multiplyAdd } from '../task';
import { Normalise } from './table';

/** (x − mean)·factor + offset. Constants are [mean, factor, offset][period]; a task is a number of whole periods. */
export function normalise(task: i32): void {
  const period = argument(Normalise.period);
  const first = task * argument(Normalise.elementsPerTask);
  const count = min(argument(Normalise.elementsPerTask), argument(Normalise.elements) - first);
  const periodBytes = (<usize>period) << 2;
  const constants = address(Normalise.constants);
  let from = address(Normalise.x) + ((<usize>first) << 2);
  let to = address(Normalise.to) + ((<usize>first) << 2);
  const end = from + ((<usize>count) << 2);
  while (from < end) {
    let at = constants;
    const stop = min(from + periodBytes, end);
    for (; from + 16 <= stop; from += 16, to += 16, at += 16) {
      const centred = f32x4.sub(v128.load(from), v128.load(at));
      v128.store(to, multiplyAdd(centred, v128.load(at + periodBytes), v128.load(at + 2 * periodBytes)));
    }
    for (; from < stop; from += 4, to += 4, at += 4) {
      const centred = load<f32>(from) - load<f32>(at);
      store<f32>(to, centred * load<f32>(at + periodBytes) + load<f32>(at + 2 * periodBytes));
    }
  }
}

import { address, argument } from '../task';
import { BatchNormInputGrad } from './table';

/** factor·(dy − meanDy − (x − mean)·slope). Constants are [mean, factor, meanDy, slope][period]. */
export function batchNormInputGrad(task: i32): void {
  const period = argument(BatchNormInputGrad.period);
  const first = task * argument(BatchNormInputGrad.elementsPerTask);
  const count = min(argument(BatchNormInputGrad.elementsPerTask), argument(BatchNormInputGrad.elements) - first);
  const periodBytes = (<usize>period) << 2;
  const constants = address(BatchNormInputGrad.constants);
  const shift = address(BatchNormInputGrad.x) - address(BatchNormInputGrad.dy);
  let from = address(BatchNormInputGrad.dy) + ((<usize>first) << 2);
  let to = address(BatchNormInputGrad.to) + ((<usize>first) << 2);
  const end = from + ((<usize>count) << 2);
  while (from < end) {
    let at = constants;
    const stop = min(from + periodBytes, end);
    for (; from + 16 <= stop; from += 16, to += 16, at += 16) {
      const centred = f32x4.sub(v128.load(from + shift), v128.load(at));
      const gradient = f32x4.sub(v128.load(from), v128.load(at + 2 * periodBytes));
      const slope = v128.load(at + 3 * periodBytes);
      v128.store(to, f32x4.mul(f32x4.sub(gradient, f32x4.mul(centred, slope)), v128.load(at + periodBytes)));
    }
    for (; from < stop; from += 4, to += 4, at += 4) {
      const centred = load<f32>(from + shift) - load<f32>(at);
      const gradient = load<f32>(from) - load<f32>(at + 2 * periodBytes);
      store<f32>(to, (gradient - centred * load<f32>(at + 3 * periodBytes)) * load<f32>(at + periodBytes));
    }
  }
}

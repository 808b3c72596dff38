import { batchNormInputGrad } from './batchNormInputGrad';
import { batchNormSums } from './batchNormSums';
import { channelMoments } from './channelMoments';
import { normalise } from './normalise';
import { BatchNormInputGrad, BatchNormSums, ChannelMoments, Normalise } from './table';

/** Runs one task of a kernel of this family. */
export function runTask(kernel: i32, task: i32): void {
  switch (kernel) {
    case ChannelMoments.kernel:
      return channelMoments(task);
    case Normalise.kernel:
      return normalise(task);
    case BatchNormSums.kernel:
      return batchNormSums(task);
    case BatchNormInputGrad.kernel:
      return batchNormInputGrad(task);
  }
}

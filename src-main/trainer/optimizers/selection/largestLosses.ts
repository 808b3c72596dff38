import { wholeShare } from '../../../../shared/decimals.ts';
import type { SamConfig } from '../../../../shared/runConfig.ts';
import type { Ops } from '../../engine/ops.ts';
import type { Examples } from './examples.ts';

/** K-SAM (Ni et al. 2022): a forward pass that moves no statistics ranks, and the ⌊share·B⌋ examples of largest loss go through both passes. */
export const largestLosses = (ops: Ops, share: number, bnStatistics: SamConfig['bnStatistics']): Examples => {
  const onSecond = bnStatistics === 'first' ? 'keep' : 'update';
  return {
    before(objective) {
      if (share === 1) return { kept: null, losses: null };
      const losses = objective.losses('keep', 'here');
      return { kept: ops.topK(losses, Math.max(1, wholeShare(share, objective.examples))), losses };
    },
    firstStatistics: bnStatistics === 'last' ? 'keep' : 'update',
    again: { statistics: onSecond, isRecorded: true },
    above(objective, _lossesHere, kept) {
      const above = objective.gradients({ pass: 'second', statistics: onSecond, ...(kept !== null && { kept }) });
      return { ...above, sharpness: null, kept };
    },
  };
};

import { partOf } from '../../../../shared/decimals.ts';
import type { RunExtent } from '../objective.ts';
import type { Schedule } from './schedule.ts';

/** Epochs in which a late method climbs: a share of them, rounded up. */
export const lateEpochs = (share: number, epochs: number): number => Math.ceil(partOf(share, epochs, 1));

/** In the last epochs only (Zhou et al. 2025: the rest of the training hardly needs it); the rule's momentum goes on. */
export const late = (share: number, { epochs, stepsPerEpoch }: RunExtent): Schedule => {
  const from = (epochs - lateEpochs(share, epochs)) * stepsPerEpoch;
  return { looksAt: 'step', climbs: (step) => step >= from, memory: null };
};

import { lateEpochs } from '../../../../shared/methods/when.ts';
import type { RunExtent } from '../objective.ts';
import type { Schedule } from './schedule.ts';

/** In the last epochs only (Zhou et al. 2025: the rest of the training hardly needs it); the rule's momentum goes on. */
export const late = (share: number, { epochs, stepsPerEpoch }: RunExtent): Schedule => {
  const from = (epochs - lateEpochs(share, epochs)) * stepsPerEpoch;
  return { looksAt: 'step', climbs: (step) => step >= from, memory: null };
};

import type { EsamConfig } from '../../../../shared/runConfig.ts';
import type { Tensor } from '../../engine/ops.ts';
import type { Objective, OptimizerContext } from '../objective.ts';
import type { Above, Examples } from './examples.ts';
import { keepPositive, keptCount } from './kept.ts';

export type RisingSettings = Pick<EsamConfig, 'gamma' | 'selection' | 'secondPass' | 'bnStatistics' | 'alwaysRank'>;

/**
 * Sharpness-sensitive data selection (Du et al. 2022): the update uses the ⌊γB⌋ examples whose loss rose most, or those that another
 * ranking puts first; with γ = 1 all of them, without a forward pass to rank.
 * @param subset - k different indices of 0 … n − 1, for `selection: random`.
 */
export const rising = (
  { ops, clock }: OptimizerContext,
  settings: RisingSettings,
  subset: (n: number, k: number) => Int32Array,
): Examples => {
  const { gamma, selection, secondPass, bnStatistics } = settings;
  const ranks = gamma < 1 || selection === 'positive' || settings.alwaysRank;
  // There is nothing to gather where nothing is left out.
  const gathers = ranks && secondPass === 'gathered';
  const needsLossesAbove = selection !== 'loss' && selection !== 'random';
  const onSelection = bnStatistics === 'all' || (bnStatistics === 'last' && gathers) ? 'update' : 'keep';
  const onSecond = bnStatistics !== 'first' ? 'update' : 'keep';

  /** The examples that the update uses, int32 [k]; null = all. */
  const select = (objective: Objective, lossesBefore: Tensor, sharpness: Tensor | null): Tensor | null => {
    if (!ranks) return null;
    const k = keptCount(settings, objective.examples);
    if (selection === 'random') return ops.upload(subset(objective.examples, k), [k]);
    const ranked = selection === 'loss' ? lossesBefore : sharpness;
    if (ranked === null) throw new Error(`Selection by ${selection} needs the losses at θ+ε.`);
    return selection === 'positive' ? keepPositive(ops, ranked) : ops.topK(ranked, k);
  };

  const againOf = (): Examples['again'] => {
    if (gathers) return { statistics: onSelection, isRecorded: true };
    if (!ranks) return { statistics: onSecond, isRecorded: true };
    return needsLossesAbove ? { statistics: onSelection, isRecorded: false } : null;
  };

  return {
    before: () => ({ kept: null, losses: null }),
    firstStatistics: bnStatistics === 'last' ? 'keep' : 'update',
    again: againOf(),
    above(objective, lossesHere): Above {
      const recorded = gathers ? objective.recordedLosses(onSelection) : null;
      const lossesAbove = recorded?.losses ?? (ranks && needsLossesAbove ? objective.losses(onSelection) : null);
      const choose = (): { sharpness: Tensor | null; kept: Tensor | null } => {
        const sharpness = lossesAbove === null ? null : ops.subtract(lossesAbove, lossesHere);
        return { sharpness, kept: select(objective, lossesHere, sharpness) };
      };
      // Where nothing is chosen there is no such phase, and its time stays 0.
      const { kept, sharpness } =
        ranks || lossesAbove !== null ? clock.measure('selectionForward', choose) : { kept: null, sharpness: null };
      const above =
        recorded !== null && kept !== null
          ? recorded.gradients(kept)
          : objective.gradients({ pass: 'second', statistics: onSecond, ...(kept !== null && { kept }) });
      if (lossesAbove !== null) ops.dispose(lossesAbove);
      return { ...above, sharpness, kept };
    },
  };
};

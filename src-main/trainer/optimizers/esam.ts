import type { EsamConfig } from '../../../shared/runConfig.ts';
import type { Tensor } from '../engine/ops.ts';
import type { Objective, Optimizer, Training, UpdateRule } from './objective.ts';
import { perturb } from './perturb.ts';

/** Where ESAM's chances come from; each is its own random stream. */
export interface EsamDraws {
  /** Uniform on [0, 1), one per parameter tensor, for the weight perturbation's mask. */
  uniform(): number;
  /** k different indices of 0 … n − 1, for `selection: random`. */
  subset(n: number, k: number): Int32Array;
}

type EsamSettings = Pick<EsamConfig, 'rho' | 'beta' | 'gamma' | 'perturbation' | 'selection' | 'bnStatistics'>;

/** Chooses each tensor with probability β, independently; draws again while none is chosen. */
const drawMask = (tensors: number, beta: number, uniform: () => number): readonly boolean[] => {
  for (;;) {
    const mask = Array.from({ length: tensors }, () => uniform() < beta);
    if (mask.includes(true)) return mask;
  }
};

/** |𝔹⁺| = max(1, ⌊γ·B⌋); the release's strict comparison with the k-th largest Δ loses that one. */
const keptCount = ({ gamma, selection }: EsamSettings, examples: number): number => {
  const k = Math.max(1, Math.floor(gamma * examples));
  return selection === 'sharpness-strict' ? Math.max(1, k - 1) : k;
};

/**
 * ESAM (Du et al. 2022, Alg. 1). Stochastic weight perturbation: only tensors chosen with probability β get a gradient and a
 * perturbation of radius ρ/β. Sharpness-sensitive data selection: the update uses the ⌊γB⌋ examples whose loss rose most.
 * Costs F + B_in + β·B_w, a forward pass to rank (where Δ ranks and γ < 1), and γ·(F + B).
 */
export const esam = (training: Training, rule: UpdateRule, settings: EsamSettings, draws: EsamDraws): Optimizer => {
  const { ops, state, clock } = training;
  const later = settings.bnStatistics === 'all' ? 'update' : 'keep';

  /** The examples to keep, and Δ where it was computed; nothing of either costs anything at γ = 1. */
  const select = (objective: Objective, lossesBefore: Tensor): { kept: Tensor | null; sharpness: Tensor | null } => {
    if (settings.gamma === 1) return { kept: null, sharpness: null };
    const k = keptCount(settings, objective.examples);
    if (settings.selection === 'random') {
      return { kept: ops.upload(draws.subset(objective.examples, k), [k]), sharpness: null };
    }
    if (settings.selection === 'loss') return { kept: ops.topK(lossesBefore, k), sharpness: null };
    const lossesAbove = objective.losses(later);
    return clock.measure('selectionForward', () => {
      const sharpness = ops.subtract(lossesAbove, lossesBefore);
      ops.dispose(lossesAbove);
      return { kept: ops.topK(sharpness, k), sharpness };
    });
  };

  return {
    step(objective, learningRate) {
      const mask = settings.beta === 1 ? null : drawMask(state.parameters.length, settings.beta, draws.uniform);
      const here = objective.gradients({
        pass: 'first',
        statistics: 'update',
        ...(mask !== null && { isWanted: (parameter: number) => mask[parameter] === true }),
      });
      const { restore, ...climbed } = perturb(
        training,
        here.gradients,
        settings.rho / settings.beta,
        settings.perturbation === 'masked-norm',
      );
      const { kept, sharpness } = select(objective, here.losses);
      const above = objective.gradients({ pass: 'second', statistics: later, ...(kept !== null && { kept }) });
      restore();
      rule.apply(above.gradients, learningRate);
      return {
        ...climbed,
        lossesBefore: here.losses,
        lossesAfter: above.losses,
        keptExamples: kept === null ? objective.examples : keptCount(settings, objective.examples),
        sharpness,
        kept,
      };
    },
    dispose: rule.dispose,
  };
};

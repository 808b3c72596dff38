import { z } from 'zod';
import type { EsamConfig } from '../../../shared/runConfig.ts';
import type { Tensor } from '../engine/ops.ts';
import { addShare, type Gradients } from './gradients.ts';
import type { Objective, Optimizer, StepReport, Training, UpdateRule } from './objective.ts';
import { perturb } from './perturb.ts';
import { keepPositive, keptCount, type SelectionSettings } from './selection.ts';
import { sgd } from './sgd.ts';

/** Where ESAM's chances come from; each is its own random stream. */
export interface EsamDraws {
  /** Uniform on [0, 1), one per parameter tensor, for the weight perturbation's mask. */
  uniform(): number;
  /** k different indices of 0 … n − 1, for `selection: random`. */
  subset(n: number, k: number): Int32Array;
}

export type EsamSettings = SelectionSettings &
  Pick<
    EsamConfig,
    | 'rho'
    | 'beta'
    | 'perturbation'
    | 'secondPass'
    | 'bnStatistics'
    | 'adaptive'
    | 'sharpnessBatch'
    | 'interval'
    | 'maskDrawn'
    | 'alwaysRank'
  >;

/** Steps done, where every n-th differs, and the mask of tensors drawn for the next step; null = all. */
const memorySchema = z.strictObject({
  steps: z.number().int().min(0),
  mask: z.array(z.boolean()).readonly().nullable(),
});

/** Chooses each tensor with probability β, independently; draws again while none is chosen. */
const drawMask = (tensors: number, beta: number, uniform: () => number): readonly boolean[] => {
  for (;;) {
    const mask = Array.from({ length: tensors }, () => uniform() < beta);
    if (mask.includes(true)) return mask;
  }
};

/** A sub-batch's gradient for the update, and what was done to get it. */
interface Ascent {
  readonly gradients: Gradients;
  readonly report: StepReport;
}

/**
 * ESAM (Du et al. 2022, Alg. 1). Stochastic weight perturbation: only tensors chosen with probability β get a gradient and a
 * perturbation of radius ρ/β. Sharpness-sensitive data selection: the update uses the ⌊γB⌋ examples whose loss rose most.
 * Costs F + B_in + β·B_w, a forward pass to rank (where Δ ranks and γ < 1), and γ·(F + B).
 */
export const esam = (training: Training, rule: UpdateRule, settings: EsamSettings, draws: EsamDraws): Optimizer => {
  const { ops, state, clock } = training;
  const { beta, gamma, selection, secondPass } = settings;
  const ranks = gamma < 1 || selection === 'positive' || settings.alwaysRank;
  const needsLossesAbove = selection !== 'loss' && selection !== 'random';
  const movesOnSelection =
    settings.bnStatistics === 'all' || (settings.bnStatistics === 'last' && secondPass === 'gathered');
  const movesOnSecond = settings.bnStatistics !== 'first';
  const plain = sgd(rule);

  const newMask = (): readonly boolean[] | null =>
    beta === 1 ? null : drawMask(state.parameters.length, beta, draws.uniform);
  // null perturbs every tensor: always at β = 1, and in the first step of the release, which draws its mask after the step.
  let nextMask: readonly boolean[] | null = null;
  let step = 0;

  /** The examples that the update uses, int32 [k]; null = all. */
  const select = (objective: Objective, lossesBefore: Tensor, sharpness: Tensor | null): Tensor | null => {
    if (!ranks) return null;
    const k = keptCount(settings, objective.examples);
    if (selection === 'random') {
      return ops.upload(draws.subset(objective.examples, k), [k]);
    }
    const ranked = selection === 'loss' ? lossesBefore : sharpness;
    if (ranked === null) throw new Error(`Selection by ${selection} needs the losses at θ+ε.`);
    return selection === 'positive' ? keepPositive(ops, ranked) : ops.topK(ranked, k);
  };

  const ascend = (objective: Objective, mask: readonly boolean[] | null): Ascent => {
    const isChosen = (parameter: number): boolean => mask === null || mask[parameter] === true;
    const here = objective.gradients({
      pass: 'first',
      statistics: settings.bnStatistics === 'last' ? 'keep' : 'update',
      ...(settings.perturbation !== 'full-norm' && { isWanted: isChosen }),
    });
    const { restore, ...climbed } = perturb(training, here.gradients, {
      radius: settings.rho / beta,
      isNormalized: settings.perturbation !== 'unnormalized',
      isAdaptive: settings.adaptive,
      isMoved: isChosen,
    });

    const onSelection = movesOnSelection ? 'update' : 'keep';
    const recorded = secondPass === 'gathered' ? objective.recordedLosses(onSelection) : null;
    const lossesAbove = recorded?.losses ?? (ranks && needsLossesAbove ? objective.losses(onSelection) : null);
    const choose = (): { sharpness: Tensor | null; kept: Tensor | null } => {
      const sharpness = lossesAbove === null ? null : ops.subtract(lossesAbove, here.losses);
      return { sharpness, kept: select(objective, here.losses, sharpness) };
    };
    // Where nothing is chosen there is no such phase, and its time stays 0.
    const { kept, sharpness } =
      ranks || lossesAbove !== null ? clock.measure('selectionForward', choose) : { kept: null, sharpness: null };
    let above;
    if (recorded === null) {
      above = objective.gradients({
        pass: 'second',
        statistics: movesOnSecond ? 'update' : 'keep',
        ...(kept !== null && { kept }),
      });
    } else {
      const everything = (): Tensor =>
        ops.upload(
          Int32Array.from({ length: objective.examples }, (_, index) => index),
          [objective.examples],
        );
      const used = kept ?? everything();
      above = recorded.gradients(used);
      if (kept === null) ops.dispose(used);
    }
    if (lossesAbove !== null) ops.dispose(lossesAbove);
    restore();
    return {
      gradients: above.gradients,
      report: {
        ...climbed,
        lossesBefore: here.losses,
        lossesAfter: above.losses,
        keptExamples: above.losses.shape[0] ?? 0,
        sharpness,
        kept,
      },
    };
  };

  /** The mean of sub-batches' gradients over all the examples that they kept; consumes them. */
  const meanGradients = (parts: readonly Ascent[]): Gradients => {
    const [first, ...others] = parts;
    if (first === undefined) throw new Error('A step needs examples.');
    if (others.length === 0) return first.gradients;
    const total = parts.reduce((sum, { report }) => sum + report.keptExamples, 0);
    return clock.measure('update', () =>
      parts.reduce<Gradients>(
        (sum, { gradients, report }) => addShare(ops, sum, gradients, report.keptExamples / total),
        [],
      ),
    );
  };

  return {
    step(objective, learningRate) {
      if (step++ % settings.interval !== 0) return plain.step(objective, learningRate);
      const mask = settings.maskDrawn === 'before-step' ? newMask() : nextMask;
      const parts: Ascent[] = [];
      const m = settings.sharpnessBatch;
      if (m === null || m >= objective.examples) parts.push(ascend(objective, mask));
      else objective.forEachPart(m, (part) => parts.push(ascend(part, mask)));
      rule.apply(meanGradients(parts), learningRate);
      if (settings.maskDrawn === 'after-step') nextMask = newMask();
      return parts.map(({ report }) => report);
    },
    memories: {
      ...plain.memories,
      ascent: {
        tensors: {},
        data: () => ({ steps: step, mask: nextMask }),
        recall(data) {
          const memory = memorySchema.parse(data);
          return () => {
            step = memory.steps;
            nextMask = memory.mask;
          };
        },
      },
    },
    dispose: rule.dispose,
  };
};

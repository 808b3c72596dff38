import type { Tensor } from '../../engine/ops.ts';
import type { NextPass } from '../../engine/prefix.ts';
import type { Gradients } from '../gradients.ts';
import type { Objective, PassStatistics } from '../objective.ts';

/** What the pass at θ+ε gave: tensors are the caller's. */
export interface Above {
  readonly gradients: Gradients;
  /** Of the examples that the update uses [k]. */
  readonly losses: Tensor;
  /** Δ [B] where it was computed, and the indices of those examples, int32 [k]; null = all. */
  readonly sharpness: Tensor | null;
  readonly kept: Tensor | null;
}

/** Which examples a step uses. */
export interface Examples {
  /**
   * Before the first pass: the examples of both passes, int32 [k], null = all; and, where it computed them, the losses of all at θ [B].
   * Both are the caller's.
   */
  before(objective: Objective): { readonly kept: Tensor | null; readonly losses: Tensor | null };
  /** Whether the first pass moves BatchNorm's running statistics. */
  readonly firstStatistics: PassStatistics;
  /** The first thing that `above` does with the examples of the first pass; null where it does not take all of them. */
  readonly again: Omit<NextPass, 'isMoved'> | null;
  /**
   * The pass at θ+ε.
   * @param lossesHere - of the first pass. @param kept - what `before` gave; becomes part of what this gives.
   */
  above(objective: Objective, lossesHere: Tensor, kept: Tensor | null): Above;
}

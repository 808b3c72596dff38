import type { NetworkState } from '../engine/layers.ts';
import type { ParameterRole } from '../engine/network.ts';
import type { Ops, Tensor } from '../engine/ops.ts';
import type { NextPass } from '../engine/prefix.ts';
import type { Gradients } from './gradients.ts';
import type { Phase } from '../../../shared/metrics.ts';

/** Measures the parts of a step. */
export interface PhaseClock {
  measure<R>(phase: Phase, work: () => R): R;
}

/** Whether a pass moves BatchNorm's running statistics. */
export type PassStatistics = 'update' | 'keep';

/** The loss of one batch as a function of the parameters: all that an optimizer may ask about the data. */
export interface Objective {
  /** B. */
  readonly examples: number;
  /**
   * Forward and backward at the present parameters.
   * @param options.pass - `first` at θ (timed as forward1 and backward1), `second` at θ+ε.
   * @param options.isWanted - which parameters get a gradient; all by default.
   * @param options.kept - int32 [k] examples that go through the network, over which the mean loss is taken; all by default.
   * @param options.next - how the same examples go through it next time: what that will compute anew to the same bits is kept for it.
   * @returns ∂(mean loss)/∂parameter, null where not wanted, and each example's loss [k]; both become the caller's.
   */
  gradients(options: {
    readonly pass: 'first' | 'second';
    readonly statistics: PassStatistics;
    readonly isWanted?: (parameter: number) => boolean;
    readonly kept?: Tensor;
    readonly next?: NextPass;
  }): { readonly gradients: Gradients; readonly losses: Tensor };
  /**
   * Forward only, timed as selectionForward: each example's loss [B], the caller's.
   * @param at - `here` at θ before the first pass, which then sees only some of the examples: this pass tells the accuracy in its place. `above` by default.
   */
  losses(statistics: PassStatistics, at?: 'here' | 'above'): Tensor;
  /**
   * The same forward pass, with its activations kept: those of some examples can go backward without a further forward pass.
   * `gradients` ends it, timed as forward2 (gathering) and backward2; its gradients and losses [k] are the caller's. The losses [B]
   * are too, and have to live until then.
   */
  recordedLosses(statistics: PassStatistics): {
    readonly losses: Tensor;
    gradients(kept: Tensor): { readonly gradients: Gradients; readonly losses: Tensor };
  };
  /** Calls `use` with the objective of each sub-batch of at most m examples, in order. */
  forEachPart(m: number, use: (part: Objective) => void): void;
}

/** How long a run is. */
export interface RunExtent {
  readonly epochs: number;
  readonly stepsPerEpoch: number;
}

/** A sequence of random numbers that can go on where it was. */
export interface ChanceStream {
  /** Uniform on [0, 1). */
  uniform(): number;
  /** N(0, 1). */
  normal(): number;
  state(): readonly number[];
  restore(state: readonly number[]): void;
}

/** Where a method's chances come from; each is its own random stream. */
export interface Chances {
  /** Uniform on [0, 1), one per parameter tensor, for the weight perturbation's mask. */
  uniform(): number;
  /** k different indices of 0 … n − 1, for `selection: random`. */
  subset(n: number, k: number): Int32Array;
  /** For the steps that climb. */
  readonly schedule: ChanceStream;
  /** For climbs in a random direction. */
  readonly direction: ChanceStream;
}

/** What an optimizer works on. */
export interface OptimizerContext {
  readonly ops: Ops;
  readonly state: NetworkState;
  /** What each of the state's parameters is. */
  readonly roles: readonly ParameterRole[];
  readonly clock: PhaseClock;
  /** Schedules look at it. */
  readonly extent: RunExtent;
}

/** What one step did to one batch, or sub-batch. Tensors are the caller's to dispose of. */
export interface StepReport {
  /** Losses at θ [B], and at θ+ε of the examples that the update used [k] (null for SGD). */
  readonly lossesBefore: Tensor;
  readonly lossesAfter: Tensor | null;
  readonly keptExamples: number;
  readonly perturbedTensors: number;
  /** ‖g₁‖ over the perturbed tensors and ‖ε‖, scalars. */
  readonly gradientNorm: Tensor | null;
  readonly perturbationNorm: Tensor | null;
  /** ε·∇L(θ) over this batch, a scalar; null for SGD. */
  readonly slope: Tensor | null;
  /** Δ [B] and the kept indices int32 [k], where they were computed. */
  readonly sharpness: Tensor | null;
  readonly kept: Tensor | null;
}

/** What a part of an optimizer keeps from step to step. A checkpoint holds all of it by name. */
export interface Memory {
  /** Under each name one tensor per parameter; on a resume others are put in their place. */
  readonly tensors: Readonly<Record<string, Tensor[]>>;
  /** Everything else, as plain data. */
  data(): unknown;
  /** Understands what `data` gave, or throws a ZodError; the function that it gives goes on from there. */
  recall(data: unknown): () => void;
}

export interface Optimizer {
  /** Does one step with the given learning rate; one report for each sub-batch. */
  step(objective: Objective, learningRate: number): readonly StepReport[];
  /** What its parts keep, by the name of the part. */
  readonly memories: Readonly<Record<string, Memory>>;
  /** Disposes of the optimizer's own tensors. */
  dispose(): void;
}

/** A base rule: turns a gradient into new parameters, and consumes the gradient. */
export interface UpdateRule {
  /** @param decayed - where weight decay acts in place of the present parameters, which is what MSAM wants; stays the caller's. */
  apply(gradients: Gradients, learningRate: number, decayed?: readonly Tensor[]): void;
  /** The momentum, one tensor per parameter, the rule's own: 0 before the first step. */
  readonly momentum: readonly Tensor[];
  readonly memory: Memory;
  dispose(): void;
}

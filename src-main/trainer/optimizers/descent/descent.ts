import type { Gradients } from '../gradients.ts';
import type { Memory, UpdateRule } from '../objective.ts';

/** How the gradients at θ and at θ+ε become an update of the restored θ. */
export interface Descent {
  /** Whether `after` is given the gradient at θ. */
  readonly readsHere: boolean;
  /** After a climb: g at θ (null unless `readsHere`) and h at θ+ε, both consumed. */
  after(here: Gradients | null, above: Gradients, learningRate: number): void;
  /** In a step without a climb: g, which is consumed. */
  without(here: Gradients, learningRate: number): void;
  readonly memory: Memory | null;
  /** Disposes of what it keeps, and of the rule. */
  dispose(): void;
}

/** h goes to the rule (SAM); without a climb g. */
export const descendAbove = (rule: UpdateRule): Descent => ({
  readsHere: false,
  after(_here, above, learningRate) {
    rule.apply(above, learningRate);
  },
  without(here, learningRate) {
    rule.apply(here, learningRate);
  },
  memory: null,
  dispose: rule.dispose,
});

/** What a descent that reads g was given. */
export const given = (here: Gradients | null): Gradients => {
  if (here === null) throw new Error('This descent needs the gradient at θ.');
  return here;
};

import type { Gradients } from '../gradients.ts';
import type { Memory } from '../objective.ts';

/** Where a climb goes: ε = ρ·d/‖d‖. */
export interface Direction {
  /** d from the gradient g at θ, which it consumes; what it gives is the caller's. */
  of(gradients: Gradients): Gradients;
  readonly memory: Memory | null;
  /** Disposes of what it keeps. */
  dispose(): void;
}

/** Along the gradient (SAM). */
export const alongGradient: Direction = { of: (gradients) => gradients, memory: null, dispose: () => undefined };

import type { Tensor } from '../engine/ops.ts';
import type { Training } from './objective.ts';

/** A climb from θ to θ+ε, and the way back. */
export interface Perturbation {
  readonly perturbedTensors: number;
  /** ‖g‖ over the perturbed tensors and ‖ε‖: scalars, the caller's. */
  readonly gradientNorm: Tensor;
  readonly perturbationNorm: Tensor;
  /** Puts the old tensors back: exact (θ+ε−ε is not θ in floating point), and free. */
  restore(): void;
}

/**
 * Moves the parameters that have a gradient to θ + ε, and consumes the gradients.
 * @param radius - ρ/β.
 * @param isNormalized - ε = radius·g/(‖g‖₂ + 1e-12), the norm over all given gradients; else ε = radius·g.
 */
export const perturb = (
  { ops, state, clock }: Training,
  gradients: readonly (Tensor | null)[],
  radius: number,
  isNormalized: boolean,
): Perturbation =>
  clock.measure('perturb', () => {
    const squared = ops.squaredNorm(gradients.filter((gradient) => gradient !== null));
    const gradientNorm = ops.sqrt(squared);
    ops.dispose(squared);
    let factor = ops.constant(radius);
    if (isNormalized) {
      const divisor = ops.add(gradientNorm, ops.constant(1e-12));
      factor = ops.divide(factor, divisor);
      ops.dispose(divisor);
    }
    const perturbationNorm = ops.multiply(gradientNorm, factor);
    const before = [...state.parameters];
    let perturbedTensors = 0;
    gradients.forEach((gradient, index) => {
      const parameter = before[index];
      if (gradient === null || parameter === undefined) return;
      state.parameters[index] = ops.scaleAdd(gradient, factor, parameter);
      ops.dispose(gradient);
      perturbedTensors++;
    });
    if (isNormalized) ops.dispose(factor);
    return {
      perturbedTensors,
      gradientNorm,
      perturbationNorm,
      restore() {
        before.forEach((parameter, index) => {
          const above = state.parameters[index];
          if (above === undefined || above === parameter) return;
          ops.dispose(above);
          state.parameters[index] = parameter;
        });
      },
    };
  });

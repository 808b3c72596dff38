import type { Tensor } from '../../engine/ops.ts';
import { normOf, type Gradients } from '../gradients.ts';
import type { OptimizerContext } from '../objective.ts';

/** A climb from θ to θ+ε, and the way back. */
export interface Perturbation {
  readonly perturbedTensors: number;
  /** ‖g‖ over the perturbed tensors and ‖ε‖: scalars, the caller's. */
  readonly gradientNorm: Tensor;
  readonly perturbationNorm: Tensor;
  /** ε·∇L(θ) = factor·‖g‖² over the perturbed tensors (of |θ|·g where it is adaptive): a scalar, the caller's. */
  readonly slope: Tensor;
  /** Puts the old tensors back: exact (θ+ε−ε is not θ in floating point), and free. */
  restore(): void;
}

/** How far and in which direction to climb. */
export interface Climb {
  /** ρ/β. */
  readonly radius: number;
  /** ε = radius·g/(‖g‖₂ + 1e-12); else ε = radius·g. */
  readonly isNormalized: boolean;
  /** ASAM (Kwon et al. 2021): ε = radius·θ²g/‖|θ|·g‖₂, element by element, in every tensor alike. */
  readonly isAdaptive: boolean;
  /** Which parameters move; the norm is over all that have a gradient. */
  readonly isMoved: (parameter: number) => boolean;
}

/** Moves parameters to θ + ε, and consumes the gradients (null: the parameter has none and stays). */
export const perturb = (
  { ops, state, clock }: OptimizerContext,
  gradients: Gradients,
  { radius, isNormalized, isAdaptive, isMoved }: Climb,
): Perturbation =>
  clock.measure('perturb', () => {
    const before = [...state.parameters];
    /** θ·g in place of g where the neighbourhood scales with |θ|; consumes the gradient. */
    const scaled = gradients.map((gradient, index) => {
      const parameter = before[index];
      if (!isAdaptive || gradient === null || parameter === undefined) return gradient;
      const product = ops.multiply(parameter, gradient);
      ops.dispose(gradient);
      return product;
    });
    const given = scaled.filter((gradient) => gradient !== null);
    const gradientNorm = normOf(ops, given);
    let factor = ops.constant(radius);
    if (isNormalized) {
      const divisor = ops.add(gradientNorm, ops.constant(1e-12));
      factor = ops.divide(factor, divisor);
      ops.dispose(divisor);
    }

    const moved: Tensor[] = [];
    /** |θ|·g of the tensors that move, where they are not all and it is not the direction in which they move. */
    const scaledMoved: Tensor[] = [];
    const movesAll = scaled.every((gradient, index) => gradient === null || isMoved(index));
    let perturbedTensors = 0;
    scaled.forEach((gradient, index) => {
      const parameter = before[index];
      if (gradient === null || parameter === undefined) return;
      if (!isMoved(index)) {
        ops.dispose(gradient);
        return;
      }
      const direction = isAdaptive ? ops.multiply(parameter, gradient) : gradient;
      if (isAdaptive && movesAll) ops.dispose(gradient);
      else if (isAdaptive) scaledMoved.push(gradient);
      state.parameters[index] = ops.scaleAdd(direction, factor, parameter);
      moved.push(direction);
      perturbedTensors++;
    });
    // ‖ε‖ follows from ‖g‖ unless only some of the gradients moved a tensor, or moved it by θ²g.
    const isWhole = !isAdaptive && movesAll;
    const movedNorm = isWhole ? gradientNorm : normOf(ops, moved);
    const perturbationNorm = ops.multiply(movedNorm, factor);
    const slopeNorm = movesAll ? gradientNorm : isAdaptive ? normOf(ops, scaledMoved) : movedNorm;
    const squared = ops.multiply(slopeNorm, slopeNorm);
    const slope = ops.multiply(squared, factor);
    const norms = new Set([movedNorm, slopeNorm]);
    norms.delete(gradientNorm);
    [...moved, ...scaledMoved, ...norms, squared, ...(isNormalized ? [factor] : [])].forEach(ops.dispose);
    return {
      perturbedTensors,
      gradientNorm,
      perturbationNorm,
      slope,
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

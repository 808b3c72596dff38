import { combined, inner, normOf, type Gradients } from '../gradients.ts';
import type { OptimizerContext, UpdateRule } from '../objective.ts';
import { descendAbove, given, type Descent } from './descent.ts';

/**
 * GSAM (Zhuang et al. 2022): u = h − α·(g − ⟨g,ĥ⟩ĥ) with ĥ = h/(‖h‖ + 1e-12): also descends along the part of g that is orthogonal to
 * h, against it, so that the gap between the losses at θ+ε and θ shrinks. One norm over all tensors.
 */
export const againstOrthogonal = ({ ops, clock }: OptimizerContext, rule: UpdateRule, alpha: number): Descent => {
  /** 1 + α·⟨g,h⟩/(‖h‖ + 1e-12)²: u = that·h − α·g. */
  const factorOf = (here: Gradients, above: Gradients) => {
    const norm = normOf(ops, above);
    const shifted = ops.add(norm, ops.constant(1e-12));
    const divisor = ops.multiply(shifted, shifted);
    const product = inner(ops, here, above);
    const cosine = ops.divide(product, divisor);
    const factor = ops.scaleAdd(cosine, ops.constant(alpha), ops.constant(1));
    [norm, shifted, divisor, product, cosine].forEach(ops.dispose);
    return factor;
  };
  return {
    ...descendAbove(rule),
    // α = 0 is SAM, to the sign of a zero.
    readsHere: alpha !== 0,
    after(here, above, learningRate) {
      if (alpha === 0) {
        rule.apply(above, learningRate);
        return;
      }
      const update = clock.measure('update', () => {
        const g = given(here);
        const factor = factorOf(g, above);
        const result = combined(ops, g, above, (gradient, climbed) => {
          const scaled = ops.multiply(climbed, factor);
          const next = ops.scaleAdd(gradient, ops.constant(-alpha), scaled);
          ops.dispose(scaled);
          return next;
        });
        ops.dispose(factor);
        return result;
      });
      rule.apply(update, learningRate);
    },
  };
};

import { z } from 'zod';
import { combined, emptyLike, inner, normOf, type Gradients } from '../gradients.ts';
import type { OptimizerContext, UpdateRule } from '../objective.ts';
import { descendAbove, given, type Descent } from './descent.ts';

const memorySchema = z.strictObject({ hasPart: z.boolean() });

/**
 * LookSAM (Liu et al. 2022): after a climb u = h, and v = h − (⟨g,h⟩/⟨g,g⟩)·g, the part of h that g does not have, is kept; steps without
 * a climb add it: u = g + α·‖g‖/(‖v‖ + 1e-12)·v. Norms are over all tensors.
 * @param reuses - whether there are steps without a climb at all: else nothing is kept.
 */
export const reusingPart = (
  { ops, state, clock }: OptimizerContext,
  rule: UpdateRule,
  alpha: number,
  reuses: boolean,
): Descent => {
  const parts = emptyLike(ops, state.parameters);
  let hasPart = false;
  /** ‖v‖, there from the start, so that every step finds as much in memory. */
  let partNorm = normOf(ops, parts);
  const keepNorm = (): void => {
    ops.dispose(partNorm);
    partNorm = normOf(ops, parts);
  };

  const keepPart = (here: Gradients, above: Gradients): void => {
    // Both sums alike: where h = g they are equal to the bit, and v is 0 instead of what one of them was rounded by.
    const [product, squared] = [inner(ops, here, above), inner(ops, here, here)];
    // Less than what any ⟨g,g⟩ but 0 is rounded by, unless ‖g‖ is below 10⁻⁷: at 0 it makes v = h, where 0/0 would end the run.
    const divisor = ops.add(squared, ops.constant(1e-30));
    const quotient = ops.divide(product, divisor);
    const factor = ops.multiply(quotient, ops.constant(-1));
    parts.forEach((old, index) => {
      const [gradient, climbed] = [here[index] ?? null, above[index] ?? null];
      if (gradient === null || climbed === null) throw new Error(`Parameter ${index} has no gradient.`);
      parts[index] = ops.scaleAdd(gradient, factor, climbed);
      [old, gradient].forEach(ops.dispose);
    });
    hasPart = true;
    keepNorm();
    [product, squared, divisor, quotient, factor].forEach(ops.dispose);
  };

  /** α·‖g‖/(‖v‖ + 1e-12). */
  const factorOf = (here: Gradients) => {
    const norm = normOf(ops, here);
    const divisor = ops.add(partNorm, ops.constant(1e-12));
    const quotient = ops.divide(norm, divisor);
    const factor = ops.multiply(quotient, ops.constant(alpha));
    [norm, divisor, quotient].forEach(ops.dispose);
    return factor;
  };

  return {
    ...descendAbove(rule),
    readsHere: reuses,
    after(here, above, learningRate) {
      if (reuses) {
        clock.measure('update', () => {
          keepPart(given(here), above);
        });
      }
      rule.apply(above, learningRate);
    },
    without(here, learningRate) {
      if (!hasPart || alpha === 0) {
        rule.apply(here, learningRate);
        return;
      }
      const update = clock.measure('update', () => {
        const factor = factorOf(here);
        const copies = parts.map((part) => ops.reshape(part, part.shape));
        const result = combined(ops, here, copies, (gradient, part) => ops.scaleAdd(part, factor, gradient));
        ops.dispose(factor);
        return result;
      });
      rule.apply(update, learningRate);
    },
    memory: {
      tensors: { part: parts },
      data: () => ({ hasPart }),
      recall(data) {
        const memory = memorySchema.parse(data);
        return () => {
          hasPart = memory.hasPart;
          keepNorm();
        };
      },
    },
    dispose() {
      [...parts, partNorm].forEach(ops.dispose);
      rule.dispose();
    },
  };
};

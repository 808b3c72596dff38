import { z } from 'zod';
import type { RuleConfig } from '../../../../shared/runConfig.ts';
import { elementCount, type Tensor } from '../../engine/ops.ts';
import type { OptimizerContext, UpdateRule } from '../objective.ts';
import { decayOf, type RuleSettings } from './settings.ts';

/** Steps done: t of β₁ᵗ and β₂ᵗ. */
const memorySchema = z.strictObject({ steps: z.number().int().min(0) });

/**
 * θ ← (1 − ηλ)·θ; m ← β₁·m + (1 − β₁)·g; s ← β₂·s + (1 − β₂)·g²; θ ← θ − η/(1 − β₁ᵗ)·m/(√s/√(1 − β₂ᵗ) + ε): exactly PyTorch's, β₁
 * being the momentum. Unless `decayNormAndBias`, λ is 0 for the scales and offsets of normalisations and for biases.
 * @see Loshchilov and Hutter 2019, Algorithm 2
 */
export const adamWRule = (
  { ops, state, roles, clock }: OptimizerContext,
  settings: RuleSettings,
  { beta2, epsilon }: Extract<RuleConfig, { name: 'adamw' }>,
): UpdateRule => {
  const { momentum: beta1 } = settings;
  const zeros = (): Tensor[] =>
    state.parameters.map(({ shape }) => ops.upload(new Float32Array(elementCount(shape)), shape));
  const means = zeros();
  const squares = zeros();
  let steps = 0;

  /** keep·average + (1 − keep)·value; consumes both. */
  const moved = (average: Tensor, value: Tensor, keep: number): Tensor => {
    const kept = ops.multiply(average, ops.constant(keep));
    const next = ops.scaleAdd(value, ops.constant(1 - keep), kept);
    [average, value, kept].forEach(ops.dispose);
    return next;
  };
  /** m/(√s/√(1 − β₂ᵗ) + ε). */
  const direction = (mean: Tensor, square: Tensor, correction: Tensor): Tensor => {
    const root = ops.sqrt(square);
    const corrected = ops.multiply(root, correction);
    const divisor = ops.add(corrected, ops.constant(epsilon));
    const quotient = ops.divide(mean, divisor);
    [root, corrected, divisor].forEach(ops.dispose);
    return quotient;
  };

  return {
    momentum: means,
    apply(gradients, learningRate, decayedAt) {
      clock.measure('update', () => {
        steps++;
        // They differ from step to step, so the engine need not keep them.
        const correction = ops.upload(Float64Array.of(1 / Math.sqrt(1 - beta2 ** steps)), []);
        const descent = ops.upload(Float64Array.of(-learningRate / (1 - beta1 ** steps)), []);
        gradients.forEach((gradient, index) => {
          const parameter = state.parameters[index];
          const mean = means[index];
          const square = squares[index];
          if (parameter === undefined || mean === undefined || square === undefined || gradient === null) {
            throw new Error(`Parameter ${index} has no gradient to be updated with.`);
          }
          const nextSquare = moved(square, ops.multiply(gradient, gradient), beta2);
          const nextMean = moved(mean, gradient, beta1);
          const towards = direction(nextMean, nextSquare, correction);
          const decay = learningRate * decayOf(settings, roles[index]);
          const elsewhere = decayedAt?.[index] ?? parameter;
          const decayed =
            elsewhere === parameter
              ? ops.multiply(parameter, ops.constant(1 - decay))
              : ops.scaleAdd(elsewhere, ops.constant(-decay), parameter);
          state.parameters[index] = ops.scaleAdd(towards, descent, decayed);
          means[index] = nextMean;
          squares[index] = nextSquare;
          [parameter, towards, decayed].forEach(ops.dispose);
        });
        [correction, descent].forEach(ops.dispose);
      });
    },
    memory: {
      tensors: { mean: means, square: squares },
      data: () => ({ steps }),
      recall(data) {
        const memory = memorySchema.parse(data);
        return () => {
          steps = memory.steps;
        };
      },
    },
    dispose() {
      [...means, ...squares].forEach(ops.dispose);
    },
  };
};

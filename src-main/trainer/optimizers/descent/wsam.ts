import { combined } from '../gradients.ts';
import type { OptimizerContext, UpdateRule } from '../objective.ts';
import { descendAbove, given, type Descent } from './descent.ts';

/**
 * WSAM (Yue et al. 2023), a = γ/(1 − γ). Decoupled: the rule gets g, then θ ← θ − η·a·(h − g), so that neither momentum nor scaling acts on
 * the sharpness. Coupled: the rule gets u = g + a·(h − g), which is h at γ = ½.
 */
export const weighingSharpness = (
  { ops, state, clock }: OptimizerContext,
  rule: UpdateRule,
  { gamma, coupled }: { readonly gamma: number; readonly coupled: boolean },
): Descent => {
  const weight = gamma / (1 - gamma);
  const isSam = coupled && weight === 1;
  return {
    ...descendAbove(rule),
    readsHere: !isSam,
    after(here, above, learningRate) {
      if (isSam) {
        rule.apply(above, learningRate);
        return;
      }
      const g = given(here);
      if (coupled) {
        const update = clock.measure('update', () =>
          combined(ops, g, above, (gradient, climbed) => {
            const difference = ops.subtract(climbed, gradient);
            const next = ops.scaleAdd(difference, ops.constant(weight), gradient);
            ops.dispose(difference);
            return next;
          }),
        );
        rule.apply(update, learningRate);
        return;
      }
      const sharpness = clock.measure('update', () =>
        above.map((climbed, index) => {
          const gradient = g[index] ?? null;
          if (climbed === null || gradient === null) throw new Error(`Parameter ${index} has no gradient.`);
          const difference = ops.subtract(climbed, gradient);
          ops.dispose(climbed);
          return difference;
        }),
      );
      rule.apply(g, learningRate);
      clock.measure('update', () => {
        sharpness.forEach((difference, index) => {
          const parameter = state.parameters[index];
          if (parameter === undefined) return;
          state.parameters[index] = ops.scaleAdd(difference, ops.constant(-learningRate * weight), parameter);
          [parameter, difference].forEach(ops.dispose);
        });
      });
    },
  };
};

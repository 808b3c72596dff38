import type { OverheadFit } from '../../../shared/studies/study.ts';

/** A share of SAM's time that SWP saved with N layers and β. */
export interface Saving {
  readonly layers: number;
  readonly beta: number;
  readonly saved: number;
}

/**
 * Least squares of g(N, β) = k₁(1 − β) + k₂(1 − β)/(Nβ): what the gradients of unperturbed tensors would have cost, and what going back
 * beyond the deepest perturbed layer would have.
 * @returns with R² about the mean; null where fewer than three values, or all of one Nβ, determine nothing.
 * @see Du et al. 2022, appendix A.6
 */
export const overheadFit = (savings: readonly Saving[]): OverheadFit | null => {
  if (savings.length < 3) return null;
  const rows = savings.map(({ layers, beta, saved }) => [1 - beta, (1 - beta) / (layers * beta), saved] as const);
  const sum = (of: (row: readonly [number, number, number]) => number): number =>
    rows.reduce((total, row) => total + of(row), 0);
  // The normal equations of two unknowns, by Cramer's rule.
  const [aa, ab, bb] = [sum(([a]) => a * a), sum(([a, b]) => a * b), sum(([, b]) => b * b)];
  const [ay, by] = [sum(([a, , y]) => a * y), sum(([, b, y]) => b * y)];
  const determinant = aa * bb - ab * ab;
  if (determinant <= 1e-9 * aa * bb) return null;
  const k1 = (ay * bb - by * ab) / determinant;
  const k2 = (by * aa - ay * ab) / determinant;
  const mean = sum(([, , y]) => y) / rows.length;
  const scatter = sum(([, , y]) => (y - mean) ** 2);
  const left = sum(([a, b, y]) => (y - k1 * a - k2 * b) ** 2);
  return { k1, k2, r2: scatter === 0 ? 1 : 1 - left / scatter };
};

import type { RandomStream } from '../data/rng.ts';
import type { Tensor } from '../engine/ops.ts';
import type { LossFunction } from './subject.ts';
import { rademacher, type Vector } from './vectors.ts';

/** Length of the difference quotient’s step relative to ‖θ‖: small against the kinks of the loss, large against rounding. */
const relativeStep = 1e-4;

/**
 * H·v = (∇L(θ + r·v) − ∇L(θ − r·v))/2r; the caller’s.
 * @param step - r·‖v‖.
 */
export const hessianTimes = ({ vectors, gradient, parameters }: LossFunction, v: Vector, step: number): Tensor[] => {
  const r = step / vectors.norm(v);
  const gradientAt = (factor: number): Tensor[] => {
    const where = vectors.combined(v, factor, parameters);
    const found = gradient(where);
    vectors.dispose(where);
    return found;
  };
  const [plus, minus] = [gradientAt(r), gradientAt(-r)];
  const difference = vectors.combined(minus, -1, plus);
  const product = vectors.scaled(difference, 1 / (2 * r));
  [plus, minus, difference].forEach(vectors.dispose);
  return product;
};

/** r·‖v‖ for a network: a ten-thousandth of ‖θ‖. */
export const stepFor = ({ vectors, parameters }: LossFunction): number => relativeStep * vectors.norm(parameters);

/** Of an eigenvector relative to its eigenvalue: the eigenvalue's own error is of its square. */
const mostResidual = 0.05;

export interface Eigenvalue {
  /** With its sign. */
  readonly value: number;
  readonly iterations: number;
  /** Whether it moved by less than the tolerance at last. */
  readonly isConverged: boolean;
}

/**
 * The eigenvalues of largest magnitude by power iteration, those found before taken out of each product (deflation).
 * @param limits - relative change at which an eigenvalue is taken, and most products of each. @see measurements: 10⁻³ or 100
 */
export async function* largestEigenvalues(
  along: LossFunction,
  count: number,
  random: RandomStream,
  pause: () => Promise<void>,
  limits: { readonly tolerance: number; readonly iterations: number } = { tolerance: 1e-3, iterations: 100 },
): AsyncGenerator<Eigenvalue> {
  const { vectors } = along;
  const step = stepFor(along);
  const found: { readonly value: number; readonly vector: Tensor[] }[] = [];
  const unit = (v: Tensor[]): Tensor[] => {
    const scaled = vectors.scaled(v, 1 / vectors.norm(v));
    vectors.dispose(v);
    return scaled;
  };
  /** v less what lies along the eigenvectors found so far; consumes it. */
  const apart = (v: Tensor[]): Tensor[] =>
    found.reduce((left, { vector }) => {
      const next = vectors.combined(vector, -vectors.dot(vector, left), left);
      vectors.dispose(left);
      return next;
    }, v);
  try {
    for (let index = 0; index < count; index++) {
      let v = unit(apart(vectors.drawn(along.parameters, random.normal)));
      let value = NaN;
      let iterations = 0;
      let isConverged = false;
      while (!isConverged && iterations < limits.iterations) {
        await pause();
        const product = apart(hessianTimes(along, v, step));
        const next = vectors.dot(v, product);
        // ‖Hv − λv‖² for a unit v. While v still turns, λ can stand still by chance: then this is large.
        const residual = Math.sqrt(Math.max(0, vectors.norm(product) ** 2 - next ** 2));
        const isStill = Math.abs(next - value) <= limits.tolerance * Math.abs(next);
        isConverged = isStill && residual <= mostResidual * Math.abs(next);
        value = next;
        iterations++;
        vectors.dispose(v);
        v = unit(product);
      }
      found.push({ value, vector: v });
      yield { value, iterations, isConverged };
    }
  } finally {
    found.forEach(({ vector }) => {
      vectors.dispose(vector);
    });
  }
}

/** The trace by Hutchinson's estimator, the mean of vᵀHv over Rademacher draws v, with its standard error. */
export const traceOf = async (
  along: LossFunction,
  draws: number,
  random: RandomStream,
  pause: () => Promise<void>,
): Promise<{ readonly value: number; readonly standardError: number }> => {
  const { vectors } = along;
  const step = stepFor(along);
  const values: number[] = [];
  for (let draw = 0; draw < draws; draw++) {
    await pause();
    const v = vectors.drawn(along.parameters, rademacher(random));
    const product = hessianTimes(along, v, step);
    values.push(vectors.dot(v, product));
    [v, product].forEach(vectors.dispose);
  }
  return meanOf(values);
};

/** Mean and its standard error. */
export const meanOf = (values: readonly number[]): { readonly value: number; readonly standardError: number } => {
  const value = values.reduce((sum, each) => sum + each, 0) / values.length;
  const squares = values.reduce((sum, each) => sum + (each - value) ** 2, 0);
  return { value, standardError: Math.sqrt(squares / (values.length - 1) / values.length) };
};

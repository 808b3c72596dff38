/**
 * What the passes of a step say about one batch, or about one sub-batch of it: sums over examples of the losses ℓ at θ and ℓ′ at θ+ε. 𝔹⁺ are the
 * examples that the update used, 𝔹⁻ the others. Null where no pass gives it.
 */
export interface StepSums {
  /** |𝔹|, and |𝔹⁺| where the step chose among its examples. */
  readonly examples: number;
  readonly kept: number | null;
  /** Σ ℓ over 𝔹, and over 𝔹⁺ where the step chose. */
  readonly loss: number;
  readonly keptLoss: number | null;
  /** Σ (ℓ′ − ℓ) over 𝔹. */
  readonly rise: number | null;
  /** Σ ℓ′ over 𝔹⁺ where the step chose. */
  readonly keptLossAbove: number | null;
  /** ε·∇L_𝔹(θ). */
  readonly slope: number | null;
}

/** One quantity that is known of some steps, and as a mean of an epoch's. */
export interface Measurement {
  readonly label: string;
  /** One sentence, with its source. */
  readonly help: string;
  /** What its axis says; a share is a fraction 0–1 of steps. */
  readonly unit: 'loss' | 'share of steps' | 'cosine';
  /** Of one step, from all of its sub-batches (one where the batch was not divided). Absent: it is measured where a step is observed. */
  readonly of?: (parts: readonly StepSums[]) => number | null;
}

/** The sum over sub-batches; null where one lacks it. */
export const total = (parts: readonly StepSums[], value: (part: StepSums) => number | null): number | null =>
  parts.reduce<number | null>((sum, part) => {
    const more = value(part);
    return sum === null || more === null ? null : sum + more;
  }, 0);

/** The mean over sub-batches, each by its examples; null where one lacks the value. */
export const meanOverParts = (parts: readonly StepSums[], value: (part: StepSums) => number | null): number | null => {
  const examples = parts.reduce((sum, part) => sum + part.examples, 0);
  const sum = total(parts, (part) => {
    const each = value(part);
    return each === null ? null : each * part.examples;
  });
  return sum === null || examples === 0 ? null : sum / examples;
};

import type { RandomStream } from '../data/rng.ts';
import type { Tensor } from '../engine/ops.ts';
import type { Batch } from '../batchObjective.ts';
import { partedByRise, samStep } from './ascent.ts';
import { disposeBatch, lossFunction, subBatch, type LossSubject } from './subject.ts';

/** Cosines of a subset's gradient with the whole batch's. */
export interface SubsetCosines {
  readonly kept: number;
  readonly dropped: number;
  /** Of as many examples as are kept, chosen at random. */
  readonly random: number;
}

/**
 * Cosines of ∇L_𝔹⁺, ∇L_𝔹⁻ and of a random subset's gradient with ∇L_𝔹, all at θ+ε, each subset forwarded alone with its own BatchNorm
 * statistics; ε is SAM's. @see Du et al. 2022, Fig. 6
 */
export const subsetCosines = (
  subject: LossSubject,
  batch: Batch,
  { rho, gamma }: { readonly rho: number; readonly gamma: number },
  random: Pick<RandomStream, 'subset'>,
): SubsetCosines => {
  const { ops } = subject;
  const whole = lossFunction(subject, 'keep', [batch]);
  const { vectors } = whole;
  const step = samStep(whole, rho);
  const above = vectors.combined(step, 1, whole.parameters);
  const { kept, dropped } = partedByRise(whole.losses(), whole.losses(above), gamma);
  const everything = whole.gradient(above);
  const cosineTo = (other: readonly Tensor[]): number =>
    vectors.dot(other, everything) / (vectors.norm(other) * vectors.norm(everything));
  const cosineOf = (examples: readonly number[]): number => {
    const part = subBatch(ops, batch, examples);
    const gradient = lossFunction(subject, 'keep', [part]).gradient(above);
    const cosine = cosineTo(gradient);
    vectors.dispose(gradient);
    disposeBatch(ops, part);
    return cosine;
  };
  const chosen = random.subset(kept.length + dropped.length, kept.length);
  const cosines = { kept: cosineOf(kept), dropped: cosineOf(dropped), random: cosineOf([...chosen]) };
  [step, above, everything].forEach(vectors.dispose);
  return cosines;
};

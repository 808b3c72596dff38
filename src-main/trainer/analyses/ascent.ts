import type { AscentProfileSettings } from '../../../shared/analyses/ascentProfile.ts';
import type { AnalysisRow } from '../../../shared/analyses/index.ts';
import { partOf, wholeShare } from '../../../shared/decimals.ts';
import type { Tensor } from '../engine/ops.ts';
import { lossFunction, type LossFunction, type Subject } from './subject.ts';

/** SAM's ε = ρ·g/‖g‖; the caller's. */
export const samStep = ({ vectors, gradient }: LossFunction, rho: number): Tensor[] => {
  const direction = gradient();
  const step = vectors.scaled(direction, rho / (vectors.norm(direction) + 1e-12));
  vectors.dispose(direction);
  return step;
};

/** The ⌊γB⌋ examples whose loss rises most, ties by index, in order; and the next largest rise, which parts them from the others. */
export const partedByRise = (before: readonly number[], after: readonly number[], gamma: number) => {
  const rises = before.map((loss, example) => ({ example, delta: (after[example] ?? NaN) - loss }));
  const ranked = rises.toSorted((a, b) => b.delta - a.delta || a.example - b.example);
  const k = Math.max(1, wholeShare(gamma, before.length));
  const examplesFrom = (part: typeof ranked): number[] => part.map(({ example }) => example).sort((a, b) => a - b);
  return {
    kept: examplesFrom(ranked.slice(0, k)),
    dropped: examplesFrom(ranked.slice(k)),
    threshold: ranked[k]?.delta ?? null,
  };
};

const meanOver = (losses: readonly number[], examples: readonly number[]): number =>
  examples.reduce((sum, example) => sum + (losses[example] ?? NaN), 0) / examples.length;

/** Losses of kept and dropped examples along SAM's ascent. @see Du et al. 2022, Fig. 2 */
export async function* ascentRows(
  subject: Subject,
  { rho, gamma, points, reach, withExamples }: AscentProfileSettings,
  from: number,
): AsyncGenerator<AnalysisRow> {
  const along = lossFunction(subject, 'keep');
  const step = samStep(along, rho);
  const { vectors } = along;
  const lossesAt = (t: number): number[] => {
    const where = vectors.combined(step, t, along.parameters);
    const losses = along.losses(where);
    vectors.dispose(where);
    return losses;
  };
  try {
    const { kept, dropped, threshold } = partedByRise(along.losses(), lossesAt(1), gamma);
    for (let row = from; row < points; row++) {
      await subject.pause();
      const t = partOf(reach, row, points - 1);
      const losses = lossesAt(t);
      yield {
        ...{ t, kept: meanOver(losses, kept), dropped: meanOver(losses, dropped), threshold },
        ...(withExamples && { losses, isKept: losses.map((_, example) => Number(kept.includes(example))) }),
      };
    }
  } finally {
    vectors.dispose(step);
  }
}

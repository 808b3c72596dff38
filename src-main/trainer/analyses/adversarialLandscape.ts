import type { AdversarialLandscapeSettings } from '../../../shared/analyses/adversarialLandscape.ts';
import { coarseFirst, evenly } from '../../../shared/analyses/analysis.ts';
import type { AnalysisRow } from '../../../shared/analyses/index.ts';
import type { Tensor } from '../engine/ops.ts';
import type { Batch } from '../batchObjective.ts';
import { fastestPasses } from './fastestPasses.ts';
import { lossesAlong } from './landscape.ts';
import { disposeBatch, examplesOf, lossFunction, subBatch, type Subject } from './subject.ts';

/** Every batch's examples of one half, as batches of their own; the caller's. */
const halfOf = (subject: Subject, chosen: ReadonlySet<number>, isFirst: boolean): Batch[] => {
  let start = 0;
  return subject.batches.flatMap((batch) => {
    const count = examplesOf(batch);
    const members = Array.from({ length: count }, (_, index) => index).filter(
      (index) => chosen.has(start + index) === isFirst,
    );
    start += count;
    return members.length === 0 ? [] : [subBatch(subject.ops, batch, members)];
  });
};

/** η∇L of both halves, and the cosine between them as they come. @param first - examples of the first half. */
export const adversarialAxes = (
  subject: Subject,
  first: ReadonlySet<number>,
  { eta, isOrthogonal }: Pick<AdversarialLandscapeSettings, 'eta' | 'isOrthogonal'>,
): { readonly axes: readonly [Tensor[], Tensor[]]; readonly cosine: number } => {
  const { ops } = subject;
  const axisOf = (isFirst: boolean): Tensor[] => {
    const half = halfOf(subject, first, isFirst);
    const { gradient, vectors } = lossFunction(subject, 'evaluate', half);
    const steepest = gradient();
    const axis = vectors.scaled(steepest, eta);
    vectors.dispose(steepest);
    half.forEach((batch) => {
      disposeBatch(ops, batch);
    });
    return axis;
  };
  const { vectors } = lossFunction(subject);
  const [x, y] = [axisOf(true), axisOf(false)];
  const product = vectors.dot(x, y);
  const cosine = product / (vectors.norm(x) * vectors.norm(y));
  if (!isOrthogonal) return { axes: [x, y], cosine };
  const across = vectors.combined(x, -product / vectors.dot(x, x), y);
  vectors.dispose(y);
  return { axes: [x, across], cosine };
};

/** The loss over the plane of two gradients, a line a row, coarse grid first. @see Du et al. 2022, Fig. 8 */
export async function* adversarialRows(
  subject: Subject,
  settings: AdversarialLandscapeSettings,
  from: number,
): AsyncGenerator<AnalysisRow> {
  const total = subject.batches.reduce((sum, batch) => sum + examplesOf(batch), 0);
  const first = new Set(subject.random('halves').subset(total, Math.floor(total / 2)));
  const { axes, cosine } = adversarialAxes(subject, first, settings);
  const passes = fastestPasses(subject);
  const along = lossFunction(subject, 'evaluate', passes.batches);
  const places = evenly(settings.points, settings.radius);
  try {
    for (const line of coarseFirst(settings.points).slice(from)) {
      const a = places[line] ?? 0;
      yield { a, cosine, losses: await lossesAlong(along, axes, a, places, subject.pause) };
    }
  } finally {
    axes.forEach(along.vectors.dispose);
    passes.dispose();
  }
}

import { z } from 'zod';
import type { EpochMetrics } from './metrics.ts';

/** Why a run that still counts is not to be believed. */
const doubtKinds = ['explosion', 'chance'] as const;

export const doubtSchema = z.strictObject({
  kind: z.enum(doubtKinds),
  /** The first epoch of those, up to the last one, of which this holds. */
  sinceEpoch: z.number().int().min(1),
});
export type Doubt = z.infer<typeof doubtSchema>;

/** Many times what guessing costs: log K for K classes. */
const explosionFactor = 10;
/** Where their number is not known: as lenient as for ImageNet. */
const mostClasses = 1000;
/** Many learn nothing in the first steps: of so many epochs no accuracy is judged. */
const epochsToLearn = 2;
/** Standard deviations that an accuracy lies above chance before it is called more than that. */
const chanceDeviations = 3;

const isAtChance = (accuracy: number, classes: number, examples: number): boolean => {
  const chance = 1 / classes;
  return accuracy <= chance + chanceDeviations * Math.sqrt((chance * (1 - chance)) / Math.max(1, examples));
};

/**
 * What is doubtful about an epoch: its mean loss, finite as it is, is above ten times that of guessing; or the accuracy of the whole epoch, in
 * training and in testing, is not above that of guessing one of K classes alike, from the third on.
 * @param classes - K; null where it is not known, and then no accuracy is judged.
 * @param testExamples - behind the test accuracy.
 */
export const doubtOf = (
  { epoch, trainLoss, testLoss, trainAccuracy, testAccuracy, images }: EpochMetrics,
  classes: number | null,
  testExamples: number,
): Doubt['kind'] | null => {
  const limit = explosionFactor * Math.log(classes ?? mostClasses);
  if ([trainLoss, testLoss].some((loss) => loss === null || loss > limit)) return 'explosion';
  if (classes === null || epoch <= epochsToLearn) return null;
  const isChance = isAtChance(trainAccuracy, classes, images) && isAtChance(testAccuracy, classes, testExamples);
  return isChance ? 'chance' : null;
};

/** The doubt of a run after another epoch. */
export const doubtAfter = (before: Doubt | null, kind: Doubt['kind'] | null, epoch: number): Doubt | null => {
  if (kind === null) return null;
  return before?.kind === kind && before.sinceEpoch < epoch ? before : { kind, sinceEpoch: epoch };
};

/** The doubt of a run after all its epochs so far. @param classes, testExamples - as for one epoch. */
export const doubtOfEpochs = (
  epochs: readonly EpochMetrics[],
  classes: number | null,
  testExamples: number,
): Doubt | null =>
  epochs.reduce<Doubt | null>(
    (doubt, metrics) => doubtAfter(doubt, doubtOf(metrics, classes, testExamples), metrics.epoch),
    null,
  );

/** In one sentence. */
export const doubtText = ({ kind, sinceEpoch }: Doubt): string =>
  kind === 'explosion'
    ? `Diverging since epoch ${sinceEpoch}: the mean loss is more than ten times that of guessing. A lower learning rate may help.`
    : `In epoch ${sinceEpoch} and since then the accuracy is no better than guessing. A lower learning rate may help.`;

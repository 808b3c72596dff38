import type { Experiment } from '../shared/experiment.ts';

/** The same experiment with a tenth of every arm's learning rate, without the last digits of a division. */
export const withLowerRate = (experiment: Experiment): Experiment => ({
  ...experiment,
  arms: experiment.arms.map((arm) => ({ ...arm, learningRate: Number((arm.learningRate / 10).toPrecision(12)) })),
});

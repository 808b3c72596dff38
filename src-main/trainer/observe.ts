import type { Measurements } from '../../shared/metrics.ts';
import { subsetCosines } from './analyses/subsetCosines.ts';
import { randomStream, type RandomStream } from './data/rng.ts';
import type { Batch } from './batchObjective.ts';
import type { Run } from './run.ts';

/** Where a method has none of its own: the paper's. */
const usualRho = 0.05;
const usualGamma = 0.5;

/**
 * Whether a step of an epoch is observed: `count` of its steps at equal distances, all where there are fewer.
 * @param step - from 1. @param steps - of the epoch.
 */
export const isObserved = (step: number, steps: number, count: number): boolean =>
  Math.floor((step * count) / steps) > Math.floor(((step - 1) * count) / steps);

/**
 * Cosines of ∇L_𝔹⁺, ∇L_𝔹⁻ and of a random subset's gradient with ∇L_𝔹 at θ+ε, for the batch of a step, before it. It draws from a stream of
 * its own, which begins anew with each step, and leaves parameters and running statistics as they are. @see Du et al. 2022, Fig. 6
 */
export const observe = (
  { ops, network, state, config }: Pick<Run, 'ops' | 'network' | 'state' | 'config'>,
  step: number,
  batch: Batch,
  random: Pick<RandomStream, 'subset'> = randomStream(config.seed, `observe ${step}`),
): Measurements => {
  if ((batch.labels.shape[0] ?? 0) < 2) return {};
  const { optimizer, labelSmoothing } = config;
  const rho = 'rho' in optimizer ? optimizer.rho : usualRho;
  const gamma = 'gamma' in optimizer && optimizer.gamma < 1 ? optimizer.gamma : usualGamma;
  const subject = { ops, network, state, batches: [batch], labelSmoothing };
  const { kept, dropped, random: chance } = subsetCosines(subject, batch, { rho, gamma }, random);
  const finite = (value: number): number | null => (Number.isFinite(value) ? value : null);
  return { cosineKept: finite(kept), cosineDropped: finite(dropped), cosineRandom: finite(chance) };
};

import type { OptimizerConfig } from './runConfig.ts';

/** The methods that have a colour and a name of their own. */
export const methodIds = ['sgd', 'sam', 'esam', 'esam-swp', 'esam-sds'] as const;
export type MethodId = (typeof methodIds)[number];

export const methodNames: Readonly<Record<MethodId, string>> = {
  sgd: 'SGD',
  sam: 'SAM',
  esam: 'ESAM',
  'esam-swp': 'ESAM-SWP',
  'esam-sds': 'ESAM-SDS',
};

/** ESAM with γ = 1 only perturbs (SWP), with β = 1 only selects (SDS). */
export const methodOf = (optimizer: OptimizerConfig): MethodId => {
  if (optimizer.name !== 'esam') return optimizer.name;
  if (optimizer.gamma === 1 && optimizer.beta < 1) return 'esam-swp';
  if (optimizer.beta === 1 && optimizer.gamma < 1) return 'esam-sds';
  return 'esam';
};

/**
 * Predicted cost of one step in units of a batch's forward pass = activation gradient = weight gradient = 1.
 * SGD 3; SAM 6; ESAM 1 + (1 + β) + [γ < 1 and the ranking needs a forward pass] + 3γ.
 */
export const predictedUnits = (optimizer: OptimizerConfig): number => {
  if (optimizer.name === 'sgd') return 3;
  if (optimizer.name === 'sam') return 6;
  const ranksByForward = optimizer.selection === 'sharpness' || optimizer.selection === 'sharpness-strict';
  const selection = optimizer.gamma < 1 && ranksByForward ? 1 : 0;
  return 1 + 1 + optimizer.beta + selection + 3 * optimizer.gamma;
};

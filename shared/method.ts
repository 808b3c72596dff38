import { phases, type Phase } from './metrics.ts';
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

/** Whether the step forwards the whole batch at θ+ε before the update's own pass. */
export const hasSelectionForward = (optimizer: OptimizerConfig): boolean => {
  if (optimizer.name !== 'esam') return false;
  if (optimizer.secondPass === 'gathered') return true;
  const needsLossesAbove = optimizer.selection !== 'loss' && optimizer.selection !== 'random';
  return needsLossesAbove && (optimizer.gamma < 1 || optimizer.selection === 'positive' || optimizer.alwaysRank);
};

const noUnits: Readonly<Record<Phase, number>> = {
  input: 0,
  forward1: 0,
  backward1: 0,
  perturb: 0,
  selectionForward: 0,
  forward2: 0,
  backward2: 0,
  update: 0,
};
const sgdUnits: Readonly<Record<Phase, number>> = { ...noUnits, forward1: 1, backward1: 2 };

/** Of a step that perturbs. */
const perturbedUnits = (optimizer: Exclude<OptimizerConfig, { name: 'sgd' }>): Readonly<Record<Phase, number>> => {
  if (optimizer.name === 'sam') return { ...sgdUnits, forward2: 1, backward2: 2 };
  const { beta, gamma, perturbation, secondPass } = optimizer;
  return {
    ...noUnits,
    forward1: 1,
    backward1: 1 + (perturbation === 'full-norm' ? 1 : beta),
    selectionForward: hasSelectionForward(optimizer) ? 1 : 0,
    forward2: secondPass === 'gathered' ? 0 : gamma,
    backward2: 2 * gamma,
  };
};

/**
 * Predicted cost of each phase of a step in units of a batch's forward pass = activation gradient = weight gradient = 1; what is
 * none of these costs nothing. Where only every n-th step perturbs, the mean over n steps.
 * @returns null where it depends on the data (`selection: positive`).
 */
export const phaseUnits = (optimizer: OptimizerConfig): Readonly<Record<Phase, number>> | null => {
  if (optimizer.name === 'sgd') return sgdUnits;
  if (optimizer.name === 'esam' && optimizer.selection === 'positive') return null;
  const perturbed = perturbedUnits(optimizer);
  const { interval } = optimizer;
  const mean = (phase: Phase): number => (perturbed[phase] + (interval - 1) * sgdUnits[phase]) / interval;
  return Object.fromEntries(phases.map((phase) => [phase, mean(phase)])) as Record<Phase, number>;
};

/** The sum of `phaseUnits`: SGD 3; SAM 6; ESAM 1 + (1 + β) + [selection forward] + 3γ. */
export const predictedUnits = (optimizer: OptimizerConfig): number | null => {
  const units = phaseUnits(optimizer);
  return units === null ? null : phases.reduce((sum, phase) => sum + units[phase], 0);
};

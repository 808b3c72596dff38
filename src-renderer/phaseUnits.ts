import { phases, type Phase } from '../shared/metrics.ts';
import type { OptimizerConfig } from '../shared/runConfig.ts';

export const phaseNames: Readonly<Record<Phase, string>> = {
  input: 'input',
  forward1: 'forward at θ',
  backward1: 'backward at θ',
  perturb: 'perturb',
  selectionForward: 'selection forward',
  forward2: 'forward at θ+ε',
  backward2: 'backward at θ+ε',
  update: 'update',
};

/** The cost model of `predictedUnits`, split over the phases: their sum is that number. */
export const phaseUnits = (optimizer: OptimizerConfig): Readonly<Record<Phase, number>> => {
  const units: Record<Phase, number> = {
    input: 0,
    forward1: 1,
    backward1: 2,
    perturb: 0,
    selectionForward: 0,
    forward2: 0,
    backward2: 0,
    update: 0,
  };
  if (optimizer.name === 'sgd') return units;
  if (optimizer.name === 'sam') return { ...units, forward2: 1, backward2: 2 };
  const ranksByForward = optimizer.selection === 'sharpness' || optimizer.selection === 'sharpness-strict';
  return {
    ...units,
    backward1: 1 + optimizer.beta,
    selectionForward: optimizer.gamma < 1 && ranksByForward ? 1 : 0,
    forward2: optimizer.gamma,
    backward2: 2 * optimizer.gamma,
  };
};

/** Phases that the method has, by prediction or by measurement. */
export const phasesInUse = (ms: Readonly<Record<Phase, number>>, units: Readonly<Record<Phase, number>>): Phase[] =>
  phases.filter((phase) => ms[phase] > 0 || units[phase] > 0);

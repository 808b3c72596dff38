import { phases, type Phase } from '../shared/metrics.ts';

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

/** Phases that the method has, by prediction or by measurement. */
export const phasesInUse = (
  ms: Readonly<Record<Phase, number>> | null,
  units: Readonly<Record<Phase, number>> | null,
): Phase[] => phases.filter((phase) => (ms?.[phase] ?? 0) > 0 || (units?.[phase] ?? 0) > 0);

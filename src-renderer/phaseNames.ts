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

/** What is done in each phase, one sentence. */
export const phaseDefinitions: Readonly<Record<Phase, string>> = {
  input:
    'Waiting for the batch: gathering, decoding and distorting its images, as far as that is not done beside the step.',
  forward1:
    'Forward pass of the batch at θ: logits and the loss before the perturbation. The only pass of MSAM, and of others that climb without a gradient at θ, is at θ + ε.',
  backward1: 'Gradient of that pass: of all parameters, or of those that the method moves.',
  perturb: 'From θ to θ + ε and back: the norm of the gradient, the new tensors, the old ones put back.',
  selectionForward:
    'Forward pass of the whole batch that only ranks the examples, at θ + ε, of K-SAM at θ; its loss is used by no update.',
  forward2: 'Forward pass at θ + ε of the examples that the update uses.',
  backward2: 'Gradient at θ + ε, of all parameters.',
  update: 'The base rule: momentum, weight decay and the new parameters.',
};

/** Phases that the method has, by prediction or by measurement. */
export const phasesInUse = (
  ms: Readonly<Record<Phase, number>> | null,
  units: Readonly<Record<Phase, number>> | null,
): Phase[] => phases.filter((phase) => (ms?.[phase] ?? 0) > 0 || (units?.[phase] ?? 0) > 0);

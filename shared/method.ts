import { lookOf, methodNames, methodOfConfig, type MethodId, type OptimizerConfig } from './methods/index.ts';
import type { PhaseUnits, TensorShare } from './methods/method.ts';
import { phases } from './metrics.ts';

export { methodIds, methodNames, type MethodId } from './methods/index.ts';

/** What a method does, in one sentence. */
export const methodHelp = (id: MethodId): string => lookOf(id).help;

/** The name that a configuration's method goes by. */
export const methodOf = (optimizer: OptimizerConfig): MethodId => methodOfConfig(optimizer).nameOf(optimizer);

/** Why a configuration is an experiment that nobody has published; null where somebody has. */
export const experimentalNote = (optimizer: OptimizerConfig): string | null =>
  methodOfConfig(optimizer).experimental(optimizer);

/** The name of a method for several of its configurations: they are called experiments where all of them are. */
export const nameOfAll = (method: MethodId, optimizers: readonly OptimizerConfig[]): string => {
  const areExperiments = optimizers.length > 0 && optimizers.every((optimizer) => experimentalNote(optimizer) !== null);
  return methodNames[method] + (areExperiments ? ', experimental' : '');
};

/** The method's name, with a word where nobody has published the combination. */
export const nameOfMethod = (optimizer: OptimizerConfig): string => nameOfAll(methodOf(optimizer), [optimizer]);

/** What decides on the cost of a run's steps. */
interface Trained {
  readonly optimizer: OptimizerConfig;
  readonly epochs: number;
}

/**
 * Predicted cost of each phase of a step in units of a batch's forward pass = activation gradient = weight gradient = 1; what is
 * none of these costs nothing. Where only some steps perturb, the mean over the run.
 * @returns null where it depends on the data (`selection: positive`, a schedule by the gradient norm).
 */
export const phaseUnits = ({ optimizer, epochs }: Trained): PhaseUnits | null =>
  methodOfConfig(optimizer).phaseUnits(optimizer, epochs);

/** Whether it moves the scales and offsets of normalisations only. */
export const movesNormalisations = (optimizer: OptimizerConfig): boolean =>
  methodOfConfig(optimizer).movesNormalisations(optimizer);

/** β of a method that draws the tensors that it moves, and that setting's path; null of the others. */
export const tensorShareOf = (optimizer: OptimizerConfig): TensorShare | null =>
  methodOfConfig(optimizer).tensorShareOf(optimizer);

/** Whether it keeps the activations of a whole batch to gather some of them; where none is left out, it gathers none. */
export const gathers = (optimizer: OptimizerConfig): boolean => methodOfConfig(optimizer).gathers(optimizer);

const sumOf = (units: PhaseUnits): number => phases.reduce((sum, phase) => sum + units[phase], 0);

/** The sum of `phaseUnits`: SGD 3; SAM 6; ESAM 1 + (1 + β) + [selection forward] + 3γ. */
export const predictedUnits = (config: Trained): number | null => {
  const units = phaseUnits(config);
  return units === null ? null : sumOf(units);
};

/** The same; where it depends on the data, the most that it can be. */
export const mostUnits = ({ optimizer, epochs }: Trained): number =>
  sumOf(methodOfConfig(optimizer).mostPhaseUnits(optimizer, epochs));

import { methodOfConfig, type OptimizerConfig } from '../shared/methods/index.ts';
import type { EpochMetrics, Phase, StepMetrics } from '../shared/metrics.ts';
import type { RunConfig } from '../shared/runConfig.ts';
import { formatBytes, formatCount, formatMeasured, formatPercent, none } from './format.ts';
import { peakMemoryMeaning } from './peakMemory.ts';
import { sentenceCase } from '../shared/sentenceCase.ts';

/** What proves that the method ran. Values are empty where there is nothing to count. */
interface Counter {
  readonly name: string;
  readonly definition: string;
  /** The phase of a step that measures it; methods without one do not have it. */
  readonly phase?: Phase;
  /** Which methods have it, where no phase tells. */
  readonly isOf?: (optimizer: OptimizerConfig) => boolean;
  /** Of the last sampled step. */
  readonly step: (step: StepMetrics | undefined) => string;
  /** Of the last epoch. */
  readonly epoch: (epoch: EpochMetrics | undefined) => string;
}

const nothing = (): string => '';
/** What was measured and is not there was not finite. */
const lossOf = (source: object | undefined, value: number | null | undefined): string =>
  source === undefined ? none : formatMeasured(value ?? NaN);
const climbOf = (step: StepMetrics | undefined, value: number | null | undefined): string =>
  formatMeasured(value ?? (step !== undefined && step.perturbedTensors > 0 ? NaN : null));

/** Those that a method has, in this order. */
export const countersOf = ({ optimizer, epochs }: Pick<RunConfig, 'optimizer' | 'epochs'>): readonly Counter[] => {
  const units = methodOfConfig(optimizer).mostPhaseUnits(optimizer, epochs);
  return counters.filter(
    ({ phase, isOf }) => (phase === undefined || units[phase] > 0) && (isOf === undefined || isOf(optimizer)),
  );
};

/** In the order of the table. */
export const counters: readonly Counter[] = [
  {
    name: 'Tensors perturbed',
    definition: 'How many of the network’s parameter tensors the step moved by ε; of an epoch the mean share.',
    step: (step) => (step ? `${step.perturbedTensors} of ${step.parameterTensors}` : none),
    epoch: (epoch) => (epoch ? `${formatPercent(epoch.perturbedTensorShare, 1)} %` : none),
  },
  {
    name: 'Examples kept',
    definition: 'How many examples of the batch the update used; of an epoch the mean share.',
    step: (step) => (step ? `${formatCount(step.keptExamples)} of ${formatCount(step.batchExamples)}` : none),
    epoch: (epoch) => (epoch ? `${formatPercent(epoch.keptExampleShare, 1)} %` : none),
  },
  {
    name: 'Steps perturbed',
    definition: 'Optimizer steps that climbed to θ + ε; the others were steps of the base rule.',
    step: nothing,
    epoch: (epoch) => (epoch ? `${formatCount(epoch.stepsPerturbed)} of ${formatCount(epoch.steps)}` : none),
  },
  {
    name: '‖g₁‖',
    phase: 'backward2',
    definition: 'Euclidean norm of the gradient at θ over the tensors that the step moved.',
    step: (step) => climbOf(step, step?.gradientNorm),
    epoch: nothing,
  },
  {
    name: '‖ε‖',
    isOf: (optimizer) => 'rho' in optimizer,
    definition: 'Euclidean norm of the perturbation: how far the step climbed.',
    step: (step) => climbOf(step, step?.perturbationNorm),
    epoch: nothing,
  },
  {
    name: 'Loss at θ',
    definition:
      'Mean loss of the batch before the perturbation; of an epoch the mean over its examples. Methods of one pass, such as MSAM, only know that at θ + ε.',
    step: (step) => lossOf(step, step?.lossBefore),
    epoch: (epoch) => lossOf(epoch, epoch?.trainLoss),
  },
  {
    name: 'Loss at θ+ε',
    phase: 'backward2',
    definition: 'Mean loss after the perturbation over the examples that the update used.',
    step: (step) => climbOf(step, step?.lossAfter),
    epoch: nothing,
  },
  {
    name: 'Mean Δ, kept',
    phase: 'selectionForward',
    definition: 'Mean rise of the loss from θ to θ + ε over the examples that the update used.',
    step: (step) => formatMeasured(step?.sharpnessKept ?? null),
    epoch: nothing,
  },
  {
    name: 'Mean Δ, dropped',
    phase: 'selectionForward',
    definition: 'Mean rise of the loss from θ to θ + ε over the examples that the update left out.',
    step: (step) => formatMeasured(step?.sharpnessDropped ?? null),
    epoch: nothing,
  },
  {
    name: 'Peak memory of a step',
    definition: sentenceCase(peakMemoryMeaning),
    step: nothing,
    epoch: (epoch) => formatBytes(epoch?.peakStepBytes ?? null),
  },
];

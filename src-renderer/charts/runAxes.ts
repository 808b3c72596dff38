import type { StepMetrics } from '../../shared/metrics.ts';
import type { curveAxes } from '../../shared/result.ts';
import type { RunDetail } from '../../shared/run.ts';

export const runAxisNames = ['epoch', 'step', 'activeTime'] as const;
export type RunAxis = (typeof runAxisNames)[number];

interface Axis {
  readonly label: string;
  readonly isCounted: boolean;
  /** Where a sampled step lies. */
  readonly ofStep: (step: StepMetrics, stepsPerEpoch: number) => number;
  /** Where the end of each epoch lies, by epoch. */
  readonly ofEpochs: (epochs: RunDetail['epochs']) => ReadonlyMap<number, number>;
  /** The axis on which the lab has curves of groups, and where a point of theirs lies on this one. */
  readonly ofGroups: (typeof curveAxes)[number];
  readonly ofGroupPoint: (x: number, stepsPerEpoch: number) => number;
}

export const stepsPerEpoch = ({ run, epochs, environment }: RunDetail): number => {
  const examples = environment?.trainExamples ?? run.config.dataset.trainSubset;
  if (epochs[0]) return epochs[0].steps;
  return examples === null ? 1 : Math.ceil(examples / run.config.batchSize);
};

export const runAxes: Readonly<Record<RunAxis, Axis>> = {
  epoch: {
    label: 'epoch',
    isCounted: true,
    ofStep: (step, perEpoch) => step.step / perEpoch,
    ofEpochs: (epochs) => new Map(epochs.map(({ epoch }) => [epoch, epoch])),
    ofGroups: 'epoch',
    ofGroupPoint: (epoch) => epoch,
  },
  step: {
    label: 'step',
    isCounted: true,
    ofStep: (step) => step.step,
    ofEpochs: (epochs) => {
      let done = 0;
      return new Map(epochs.map(({ epoch, steps }) => [epoch, (done += steps)]));
    },
    ofGroups: 'epoch',
    // An experiment's runs have the same data and the same batch size.
    ofGroupPoint: (epoch, perEpoch) => epoch * perEpoch,
  },
  activeTime: {
    label: 'active training time, s',
    isCounted: false,
    ofStep: (step) => step.activeMs / 1000,
    ofEpochs: (epochs) => new Map(epochs.map(({ epoch, activeMs }) => [epoch, activeMs / 1000])),
    ofGroups: 'activeTime',
    ofGroupPoint: (seconds) => seconds,
  },
};

import { expect } from 'vitest';
import type { Experiment } from '../../shared/experiment.ts';
import type { RunId } from '../../shared/run.ts';
import type { OpenApp } from './app.ts';

/** The quick preset's SGD arm on a small subset, with two seeds and this many epochs. */
export const sgdOnly = async ({ ask }: OpenApp, epochs: number): Promise<Experiment> => {
  const preset = (await ask('presets', {})).find(({ id }) => id === 'quick');
  const arm = preset?.experiment.arms.find(({ name }) => name === 'sgd');
  if (preset === undefined || arm === undefined) throw new Error('There is no quick preset with an SGD arm.');
  const { shared } = preset.experiment;
  return {
    name: 'Until something happens',
    shared: {
      ...shared,
      epochs,
      batchSize: 64,
      dataset: { ...shared.dataset, trainSubset: 1280, testSubset: 1000, labelNoise: 0 },
    },
    arms: [arm],
    axes: [],
    seeds: [0, 1],
    skipFinished: false,
    measureSpeed: false,
  };
};

/** Waits until the store holds this many epochs of a run. */
export const waitForEpochs = (opened: OpenApp, runId: RunId, count: number): Promise<void> =>
  expect
    .poll(async () => (await opened.ask('run', { runId })).run.epochsDone, { timeout: 60_000, interval: 200 })
    .toBeGreaterThanOrEqual(count);

export const stateOf = async (opened: OpenApp, runId: RunId): Promise<string> =>
  (await opened.ask('run', { runId })).run.state;

import type { Experiment } from '../../../shared/experiment.ts';
import type { RunId } from '../../../shared/run.ts';
import type { Lab } from '../../../src-main/lab/lab.ts';
import { folderWith, smallIdx } from '../datasets/fixtures.ts';
import { experimentOf, shared } from '../fixtures/configs.ts';
import { realTrainers } from '../fixtures/labOptions.ts';
import { openTestLab } from '../fixtures/labs.ts';

/** Of labs that send runs to a cluster, and look often what becomes of them. */
export const clusterOptions = {
  launcher: realTrainers,
  limits: { silenceMs: 300_000, stopMs: 60_000 },
  clusterTimes: { readEveryMs: 200, askEveryMs: 1000 },
  checkpointEveryMs: 600_000,
};

/** A lab with a data set of a few images. */
export const openWithSmall = async () => {
  const opened = await openTestLab(undefined, clusterOptions);
  const images = await folderWith(smallIdx());
  opened.lab.grantPaths([images]);
  await opened.lab.importDataset({ kind: 'auto', paths: [images], name: 'small', onDamaged: 'refuse' });
  return opened;
};

/** Runs on those images. */
export const smallExperiment = (epochs: number, changes: Partial<Experiment> = {}): Experiment =>
  experimentOf({
    shared: {
      ...shared,
      dataset: { id: 'small', trainSubset: null, testSubset: null, labelNoise: 0, identity: null },
      ...{ batchSize: 2, logEvery: 1, epochs },
    },
    ...changes,
  });

/** What a run is judged by: its metrics without times. */
export const judged = async (lab: Lab, runId: RunId) => {
  const { epochs, steps } = await lab.run({ runId });
  const timeless = (metrics: object): object =>
    Object.fromEntries(Object.entries(metrics).filter(([key]) => !/Ms$|PerSecond$/.test(key)));
  return { epochs: epochs.map(timeless), steps: steps.map(timeless) };
};

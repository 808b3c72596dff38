import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import type { Experiment } from '../../../shared/experiment.ts';
import type { RunId } from '../../../shared/run.ts';
import type { Lab } from '../../../src-main/lab/lab.ts';
import { folderWith, smallIdx } from '../datasets/fixtures.ts';
import { esam, experimentOf, sgd, shared } from '../fixtures/configs.ts';
import { realTrainers } from '../fixtures/labOptions.ts';
import { openTestLab, untilEnded } from '../fixtures/labs.ts';
import { startCluster, whyNoCluster } from './loopbackCluster.ts';
import type { LoopbackCluster } from './loopbackCluster.ts';

const options = {
  launcher: realTrainers,
  limits: { silenceMs: 300_000, stopMs: 60_000 },
  clusterTimes: { readEveryMs: 200, askEveryMs: 1000 },
  checkpointEveryMs: 600_000,
};

const missing = await whyNoCluster();
/** Continuous integration has Slurm, and lets no test be skipped. */
const onCluster = test.skipIf(missing !== null);
let cluster: LoopbackCluster;
if (missing === null) {
  beforeAll(async () => {
    cluster = await startCluster();
  });
  afterAll(async () => cluster.stop());
  beforeEach(() => void vi.stubEnv('SLURM_CONF', cluster.confFile));
  afterEach(() => void vi.unstubAllEnvs());
}

const openWithSmall = async () => {
  const opened = await openTestLab(undefined, options);
  const images = await folderWith(smallIdx());
  opened.lab.grantPaths([images]);
  await opened.lab.importDataset({ kind: 'auto', paths: [images], name: 'small', onDamaged: 'refuse' });
  return opened;
};

const experiment = (epochs: number, changes: Partial<Experiment> = {}): Experiment =>
  experimentOf({
    shared: {
      ...shared,
      dataset: { id: 'small', trainSubset: null, testSubset: null, labelNoise: 0, identity: null },
      ...{ batchSize: 2, logEvery: 1, epochs },
    },
    ...changes,
  });

/** What a run is judged by: its metrics without times. */
const judged = async (lab: Lab, runId: RunId) => {
  const { epochs, steps } = await lab.run({ runId });
  const timeless = (metrics: object): object =>
    Object.fromEntries(Object.entries(metrics).filter(([key]) => !/Ms$|PerSecond$/.test(key)));
  return { epochs: epochs.map(timeless), steps: steps.map(timeless) };
};

onCluster('runs on the cluster are the same runs as here, to the last bit', async () => {
  const { lab } = await openWithSmall();
  const wanted = experiment(3, { arms: [sgd, esam] });
  const { runIds } = await lab.enqueue({ ...wanted, place: 'slurm' });
  for (const runId of runIds) {
    expect(await untilEnded(lab, runId)).toMatchObject({
      state: 'finished',
      place: 'slurm',
      wantedPlace: 'slurm',
      epochsDone: 3,
    });
  }
  const { runIds: here } = await lab.enqueue(wanted);
  for (const [index, runId] of here.entries()) {
    expect(await untilEnded(lab, runId)).toMatchObject({ state: 'finished', place: 'this-machine', job: null });
    expect(await judged(lab, runIds[index] ?? 0)).toEqual(await judged(lab, runId));
  }
});

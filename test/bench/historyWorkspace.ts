import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expand, type Experiment } from '../../shared/experiment.ts';
import { phases, type EpochMetrics, type PhaseMs } from '../../shared/metrics.ts';
import { optimizerSchema, type RunConfig } from '../../shared/runConfig.ts';
import { openLibrary } from '../../src-main/lab/datasets/index.ts';
import { processor } from '../../src-main/lab/processor.ts';
import { databaseName } from '../../src-main/lab/store/backups.ts';
import { checksumTable } from '../../src-main/lab/store/checksums.ts';
import { loadSqlite } from '../../src-main/lab/store/database.ts';
import { environmentTable } from '../../src-main/lab/store/environments.ts';
import { epochTable } from '../../src-main/lab/store/epochs.ts';
import { experimentTable } from '../../src-main/lab/store/experiments.ts';
import { openStore } from '../../src-main/lab/store/index.ts';
import { runStates } from '../../src-main/lab/store/runStates.ts';
import { runSummaryTable } from '../../src-main/lab/store/runSummaries.ts';
import { overheadConfig } from './overhead.ts';

const base = { learningRate: 0.05, momentum: 0.9, weightDecay: 5e-4 };
const esamOf = (gamma: number) => ({
  ...{ name: 'esam', ...base, rho: 0.05, bnStatistics: 'first', beta: 0.5, gamma },
  ...{ perturbation: 'masked-norm', selection: 'sharpness', secondPass: 'reforward' },
});
const arms = [
  { name: 'sgd', ...base },
  { name: 'sam', ...base, rho: 0.05, bnStatistics: 'first' },
  ...[0.25, 0.5, 0.75].map(esamOf),
].map((arm) => optimizerSchema.parse(arm));

/** The n-th of experiments with ten groups of five seeds: five methods, two rates of label noise. */
const experimentNumber = (n: number, epochs: number): Experiment => {
  const { optimizer: _, seed: __, ...shared } = overheadConfig;
  return {
    name: `Comparison ${n + 1}`,
    shared: { ...shared, epochs, batchSize: 16 + n },
    arms,
    axes: [{ path: 'dataset.labelNoise', values: [0, 0.4] }],
    seeds: [1, 2, 3, 4, 5],
    skipFinished: false,
    measureSpeed: false,
  };
};

const phaseMs = Object.fromEntries(phases.map((phase, index) => [phase, index])) as PhaseMs;

/** A curve that rises and levels off, a little different in every run. */
const epochOf = (epoch: number, runId: number): EpochMetrics => {
  const ripple = Math.sin(runId * 12.9898 + epoch * 78.233);
  const testAccuracy = 0.9 - 0.5 / (1 + epoch / 10) + 0.02 * ripple;
  return {
    ...{ epoch, learningRate: 0.05, trainLoss: 1 / epoch, trainAccuracy: 0.9, testLoss: 1.2 / epoch, testAccuracy },
    ...{
      imagesPerSecond: 1000 + 20 * ripple,
      steps: 40,
      images: 5120,
      trainMs: 5000 + 100 * ripple,
      evaluationMs: 400,
    },
    ...{ activeMs: 5000 * epoch, stepsPerturbed: 40, perturbedTensorShare: 1, keptExampleShare: 1, phaseMs },
    ...{ peakStepBytes: 2e9, measurements: { samGap: 0.1 } },
  };
};

const environment = {
  ...{ engine: 'TensorFlow 2.21.0 (CPU)', device: 'CPU', threads: 2, oneDnn: true, ...processor(), memoryBytes: 8e9 },
  ...{ platform: 'bench', nodeVersion: process.versions.node, labVersion: 'bench', datasetSha256: '0'.repeat(64) },
  ...{ parameterCount: 1000, parameterTensors: 10, trainExamples: 5120, testExamples: 10_000 },
} as const;

/**
 * Makes a workspace with so many finished runs, through the store's own tables: 10,000 runs of 200 epochs take a minute or two and half a
 * gigabyte. One that is there already is used as it is.
 */
export const makeHistory = async (
  folder: string,
  migrationsFolder: string,
  runs: number,
  epochs: number,
): Promise<void> => {
  if (existsSync(join(folder, databaseName))) return;
  (await openStore(folder, migrationsFolder)).close();
  await openLibrary(join(folder, 'datasets')).ensureBuiltIn(); // what these runs trained on is long there
  const database = (await loadSqlite())(join(folder, databaseName));
  database.pragma('synchronous = OFF'); // nothing is lost that cannot be made again
  const experiments = experimentTable(database);
  const [states, table] = [runStates(database), epochTable(database)];
  const [environments, summaries] = [environmentTable(database), runSummaryTable(database)];
  const checksums = checksumTable(database);
  const addRun = (experimentId: number, config: RunConfig): void => {
    const id = states.insert(experimentId, config, new Date().toISOString());
    states.start(id);
    environments.insert(id, environment);
    for (let epoch = 1; epoch <= epochs; epoch++) {
      table.insert(id, epochOf(epoch, id), false);
      checksums.sealEpoch(id, epoch);
    }
    summaries.renew(id);
    checksums.sealSummary(id);
    checksums.sealTogether(id);
    states.end(id, 'finished', null);
  };
  const perExperiment = 50;
  for (let n = 0; n < runs / perExperiment; n++) {
    database.transaction(() => {
      const experiment = experimentNumber(n, epochs);
      const experimentId = experiments.insert(experiment, new Date().toISOString());
      for (const config of expand(experiment).slice(0, runs - n * perExperiment)) addRun(experimentId, config);
    })();
  }
  database.close();
};

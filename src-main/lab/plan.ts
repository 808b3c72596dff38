import type { DatasetInfo } from '../../shared/dataset.ts';
import type { PlannedRun } from '../../shared/labApi.ts';
import { methodOf } from '../../shared/method.ts';
import type { RunSummary } from '../../shared/run.ts';
import { expand } from '../../shared/experiment.ts';
import { canonicalJson, groupConfigOf } from '../../shared/runConfig.ts';
import type { Experiment } from '../../shared/experiment.ts';
import type { RunConfig } from '../../shared/runConfig.ts';
import { probeEstimateMs } from './probeEstimate.ts';
import { processor } from './processor.ts';
import { median } from './statistics/moments.ts';
import { groupHash } from './store/groupHash.ts';
import type { StoreReader } from './store/index.ts';

type Estimate = Pick<PlannedRun, 'estimatedMs' | 'estimatedFrom'>;

/** The runs of an experiment, each once, with what is known of them. `findDataset` answers null for a set that is not there. */
export const planExperiment = (
  read: StoreReader,
  experiment: Experiment,
  findDataset: (id: string) => DatasetInfo | null,
): PlannedRun[] => {
  const estimates = new Map<string, Estimate>();
  const estimateOnce = (config: RunConfig): Estimate => {
    const key = canonicalJson(groupConfigOf(config));
    const known = estimates.get(key) ?? estimateOf(read, config, findDataset(config.dataset.id));
    estimates.set(key, known);
    return known;
  };
  return expand(experiment).map((config) => ({
    config,
    method: methodOf(config.optimizer),
    finishedRunId: read.runs.finishedRunId(groupHash(groupConfigOf(config)), config.seed),
    ...estimateOnce(config),
  }));
};

const estimateOf = (read: StoreReader, config: RunConfig, dataset: DatasetInfo | null): Estimate => {
  if (dataset === null) return { estimatedMs: null, estimatedFrom: null };
  const fromRuns = estimateMs(read, config, dataset);
  if (fromRuns !== null) return { estimatedMs: fromRuns, estimatedFrom: 'runs' };
  const fromProbes = probeEstimateMs(config, dataset, read.deviceProbes(processor()));
  return { estimatedMs: fromProbes, estimatedFrom: fromProbes === null ? null : 'self-test' };
};

/** Runs of one kind are expected to take equally long per image. */
const kindOf = ({ model, dataset, optimizer, precision, device }: RunConfig): string =>
  canonicalJson([model.id, dataset.id, dataset.testSubset, methodOf(optimizer), precision, device]);

/** From finished runs of the same kind on this machine: median time per image in steps, and median time of an evaluation. */
const estimateMs = (read: StoreReader, config: RunConfig, dataset: DatasetInfo): number | null => {
  const epochs = read.runs
    .all()
    .filter((run) => run.state === 'finished' && kindOf(run.config) === kindOf(config) && ranHere(read, run))
    .map((run) => read.epochs(run.id));
  const perImage = median(epochs.map((run) => sum(run.map((epoch) => epoch.trainMs)) / sum(run.map((e) => e.images))));
  const perEvaluation = median(epochs.flatMap((run) => run.map((epoch) => epoch.evaluationMs)));
  if (perImage === null || perEvaluation === null) return null;
  const examples = Math.min(config.dataset.trainSubset ?? Infinity, dataset.trainCount);
  return config.epochs * (examples * perImage + perEvaluation);
};

const ranHere = (read: StoreReader, { id }: RunSummary): boolean => {
  const environment = read.environment(id);
  const { cpuModel, cpuCores } = processor();
  return environment?.cpuModel === cpuModel && environment.cpuCores === cpuCores;
};

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

import type { DatasetInfo } from '../../shared/dataset.ts';
import type { PlannedRun } from '../../shared/queue.ts';
import { methodOf, mostUnits } from '../../shared/method.ts';
import type { RunId, RunSummary } from '../../shared/run.ts';
import { eachGroup } from '../../shared/experiment.ts';
import type { Experiment } from '../../shared/experiment.ts';
import type { GroupConfig, RunConfig } from '../../shared/runConfig.ts';
import { selfTestEstimateMs, selfTestPassMs } from './selfTestEstimate.ts';
import { speeds, testedOf, type FindDataset, type Speed, type SpeedOf } from './knownSpeeds.ts';
import { processor } from './processor.ts';
import { groupHash } from './store/groupHash.ts';
import type { StoreReader } from './store/index.ts';

type Estimate = Pick<PlannedRun, 'estimatedMs' | 'estimatedFrom'>;

/**
 * The runs of an experiment, each once, seeds outside, with what is known of them. `findDataset` answers null for a set that is not there. They
 * are asked for one by one: all of a large experiment are seconds of work.
 */
export function* eachPlanned(
  read: StoreReader,
  experiment: Experiment,
  findDataset: FindDataset,
): Generator<PlannedRun> {
  const estimateOnce = estimator(read, findDataset);
  const known: { readonly group: GroupConfig; readonly hash: string }[] = [];
  function* groupsOnce(): Generator<(typeof known)[number]> {
    for (const group of eachGroup(experiment)) {
      known.push({ group, hash: groupHash(group) });
      yield* known.slice(-1);
    }
  }
  for (const [index, seed] of [...new Set(experiment.seeds)].entries()) {
    for (const { group, hash } of index === 0 ? groupsOnce() : known) {
      const config = { ...group, seed };
      yield {
        config,
        method: methodOf(config.optimizer),
        finishedRunId: read.runs.finishedRunId(hash, seed, config.observe),
        ...estimateOnce(hash, config),
      };
    }
  }
}

/** How long each of these runs will still take: by its own epochs while it trains, else by finished runs or the self-test; null where none tells. */
export const timesLeft = (
  read: StoreReader,
  runs: readonly RunSummary[],
  findDataset: FindDataset,
): { runId: RunId; leftMs: number | null }[] => {
  const estimateOnce = estimator(read, findDataset);
  return runs.map(({ id, groupHash: hash, config, epochsDone, state }) => {
    const own = state === 'running' ? read.runs.epochTimes(id) : null;
    if (own !== null)
      return { runId: id, leftMs: Math.max(0, config.epochs - epochsDone) * (own.trainMs + own.evaluationMs) };
    const { estimatedMs } = estimateOnce(hash, config);
    const share = Math.max(0, 1 - epochsDone / config.epochs);
    return { runId: id, leftMs: estimatedMs === null ? null : share * estimatedMs };
  });
};

/** Estimates each group once. */
const estimator = (read: StoreReader, findDataset: FindDataset): ((hash: string, config: RunConfig) => Estimate) => {
  const estimates = new Map<string, Estimate>();
  const speedOf = speeds(read, findDataset);
  return (hash, config) => {
    const known = estimates.get(hash) ?? estimateOf(read, config, findDataset(config.dataset.id), speedOf);
    estimates.set(hash, known);
    return known;
  };
};

const estimateOf = (read: StoreReader, config: RunConfig, dataset: DatasetInfo | null, speedOf: SpeedOf): Estimate => {
  if (dataset === null) return { estimatedMs: null, estimatedFrom: null };
  const fromRuns = estimateMs(config, dataset, speedOf(config));
  if (fromRuns !== null) return { estimatedMs: fromRuns, estimatedFrom: 'runs' };
  const fromSelfTests = selfTestEstimateMs(config, dataset, read.selfTestResults(processor()));
  return { estimatedMs: fromSelfTests, estimatedFrom: fromSelfTests === null ? null : 'self-test' };
};

/**
 * How long an analysis with so many forward passes over so many examples takes: by the speed of runs of a like kind on this machine, else
 * by the self-test; null where neither is known.
 */
export const analysisMs = (
  read: StoreReader,
  config: RunConfig,
  dataset: DatasetInfo,
  { passes, examples }: { readonly passes: number; readonly examples: number },
): number | null => {
  const imageMs = speeds(read, () => dataset)(config)?.imageMs;
  const passMs =
    imageMs === undefined
      ? selfTestPassMs(config, dataset, read.selfTestResults(processor()))
      : imageMs / mostUnits(config);
  return passMs === null ? null : passes * examples * passMs;
};

/** From finished runs of a like kind on this machine. */
const estimateMs = (config: RunConfig, dataset: DatasetInfo, speed: Speed | null): number | null => {
  if (speed === null) return null;
  const examples = Math.min(config.dataset.trainSubset ?? Infinity, dataset.trainCount);
  return speed.startMs + config.epochs * (examples * speed.imageMs + testedOf(config, dataset) * speed.testedMs);
};

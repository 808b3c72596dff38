import type { DatasetInfo } from '../../shared/dataset.ts';
import type { PlannedRun } from '../../shared/queue.ts';
import { groupedBy } from '../../shared/groupedBy.ts';
import { methodOf, mostUnits } from '../../shared/method.ts';
import type { RunId, RunSummary } from '../../shared/run.ts';
import { eachGroup } from '../../shared/experiment.ts';
import { canonicalJson } from '../../shared/runConfig.ts';
import type { Experiment } from '../../shared/experiment.ts';
import type { GroupConfig, RunConfig } from '../../shared/runConfig.ts';
import { selfTestEstimateMs, selfTestPassMs } from './selfTestEstimate.ts';
import { KeptAnswers } from './keptAnswers.ts';
import { processor } from './processor.ts';
import { median } from './statistics/moments.ts';
import { groupHash } from './store/groupHash.ts';
import type { StoreReader } from './store/index.ts';

type FindDataset = (id: string) => DatasetInfo | null;
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

/** How long each of these runs will still take; null where neither finished runs nor the self-test tell. */
export const timesLeft = (
  read: StoreReader,
  runs: readonly RunSummary[],
  findDataset: FindDataset,
): { runId: RunId; leftMs: number | null }[] => {
  const estimateOnce = estimator(read, findDataset);
  return runs.map(({ id, groupHash: hash, config, epochsDone }) => {
    const { estimatedMs } = estimateOnce(hash, config);
    const share = Math.max(0, 1 - epochsDone / config.epochs);
    return { runId: id, leftMs: estimatedMs === null ? null : share * estimatedMs };
  });
};

/** Estimates each group once. */
const estimator = (read: StoreReader, findDataset: FindDataset): ((hash: string, config: RunConfig) => Estimate) => {
  const estimates = new Map<string, Estimate>();
  const speedOf = speedsByKind(read, findDataset);
  return (hash, config) => {
    const known = estimates.get(hash) ?? estimateOf(read, config, findDataset(config.dataset.id), speedOf);
    estimates.set(hash, known);
    return known;
  };
};

/** What the newest finished runs of one kind took on this machine, as medians over them. */
interface Speed {
  /** In optimizer steps. */
  readonly imageMs: number;
  /** Of evaluation, for each test image. */
  readonly testedMs: number;
}

/** So many of them: what else the machine had to do long ago says nothing of today. */
const newestRuns = 8;
type SpeedOf = (config: RunConfig) => Speed | null;

interface GroupOfKind {
  readonly hash: string;
  readonly config: GroupConfig;
  readonly kind: string;
}

/** Of each store the groups that were looked at, whose hashes stand for one configuration for ever, and those of each kind until something is written. */
const knownGroups = new WeakMap<StoreReader, { groups: Map<string, GroupOfKind>; byKind: KeptAnswers }>();

/** The groups that trained in this workspace, by kind. */
const groupsByKind = (read: StoreReader): ReadonlyMap<string, readonly GroupOfKind[]> => {
  const known = knownGroups.get(read) ?? {
    groups: new Map<string, GroupOfKind>(),
    byKind: new KeptAnswers(read.version),
  };
  knownGroups.set(read, known);
  const groupOf = (hash: string): GroupOfKind[] => {
    const found = known.groups.get(hash);
    if (found !== undefined) return [found];
    const config = read.runs.groupConfig(hash);
    if (config === null) return [];
    const group = { hash, config, kind: kindOf(config) };
    known.groups.set(hash, group);
    return [group];
  };
  return known.byKind.of('groups', () => {
    const all = read.runs.groupHashes();
    const origins = read.origins.ofGroups(all);
    const own = all.filter((hash) => origins.get(hash) === null);
    return groupedBy(own.flatMap(groupOf), ({ kind }) => kind);
  });
};

/** Reads each kind once, when it is asked for. */
const speedsByKind = (read: StoreReader, findDataset: FindDataset): SpeedOf => {
  const speeds = new Map<string, Speed | null>();
  return (config) => {
    const kind = kindOf(config);
    const known = speeds.get(kind);
    if (known !== undefined) return known;
    const ofKind = new Map(
      groupsByKind(read)
        .get(kind)
        ?.map((group) => [group.hash, group.config]),
    );
    const newest = read.runs.newestTimes([...ofKind.keys()], processor(), newestRuns).map((run) => {
      const group = ofKind.get(run.groupHash) ?? config;
      return { ...run, tested: testedOf(group, findDataset(group.dataset.id)) };
    });
    const imageMs = median(newest.map(({ trainMs, images }) => trainMs / images));
    const testedMs = median(newest.map((run) => run.evaluationMs / run.tested));
    const speed = imageMs === null || testedMs === null ? null : { imageMs, testedMs };
    speeds.set(kind, speed);
    return speed;
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
 * How long an analysis with so many forward passes over so many examples takes: by the speed of the runs of this kind on this machine, else
 * by the self-test; null where neither is known.
 */
export const analysisMs = (
  read: StoreReader,
  config: RunConfig,
  dataset: DatasetInfo,
  { passes, examples }: { readonly passes: number; readonly examples: number },
): number | null => {
  const imageMs = speedsByKind(read, () => dataset)(config)?.imageMs;
  const passMs =
    imageMs === undefined
      ? selfTestPassMs(config, dataset, read.selfTestResults(processor()))
      : imageMs / mostUnits(config);
  return passMs === null ? null : passes * examples * passMs;
};

/** Runs of one kind are expected to take equally long per image. */
const kindOf = ({ model, dataset, optimizer, precision, device }: GroupConfig): string =>
  canonicalJson([model, dataset.id, methodOf(optimizer), precision, device]);

/** Images on which each evaluation of a run computes; where the set is gone, those that the run was to have. */
const testedOf = ({ dataset: { testSubset } }: GroupConfig, dataset: DatasetInfo | null): number =>
  Math.min(testSubset ?? Infinity, dataset?.testCount ?? Infinity);

/** From finished runs of the same kind on this machine. */
const estimateMs = (config: RunConfig, dataset: DatasetInfo, speed: Speed | null): number | null => {
  if (speed === null) return null;
  const examples = Math.min(config.dataset.trainSubset ?? Infinity, dataset.trainCount);
  return config.epochs * (examples * speed.imageMs + testedOf(config, dataset) * speed.testedMs);
};

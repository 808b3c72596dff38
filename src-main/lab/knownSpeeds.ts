import { imageSizeOf, type DatasetInfo } from '../../shared/dataset.ts';
import { groupedBy } from '../../shared/groupedBy.ts';
import { methodOf, mostUnits, predictedUnits } from '../../shared/method.ts';
import { misfitOf } from '../../shared/models.ts';
import { canonicalJson, type GroupConfig, type OptimizerConfig, type RunConfig } from '../../shared/runConfig.ts';
import { networkOf } from '../trainer/models/index.ts';
import { KeptAnswers } from './keptAnswers.ts';
import { processor } from './processor.ts';
import { median } from './statistics/moments.ts';
import type { StoreReader } from './store/index.ts';

export type FindDataset = (id: string) => DatasetInfo | null;

/** What a run is expected to take on this machine. */
export interface Speed {
  /** In optimizer steps. */
  readonly imageMs: number;
  /** Of evaluation, for each test image. */
  readonly testedMs: number;
  /** Once: until its process trains. */
  readonly startMs: number;
}
export type SpeedOf = (config: RunConfig) => Speed | null;

interface TrainedGroup {
  readonly hash: string;
  readonly config: GroupConfig;
  readonly conditions: string;
}

/** So many of them: what else the machine had to do long ago says nothing of today. */
const newestRuns = 8;

/** What the cost model knows nothing of: only runs that are alike in it tell of each other. */
const conditionsOf = ({ model, dataset, optimizer, precision, device, batchSize, microBatch }: GroupConfig): string => {
  const sharpnessBatch = 'sharpnessBatch' in optimizer ? optimizer.sharpnessBatch : null;
  return canonicalJson([model, dataset.id, precision, device, batchSize, microBatch, sharpnessBatch]);
};

/** Settings of a method that no step takes longer for. */
const rates: readonly string[] = ['learningRate', 'momentum', 'weightDecay', 'nesterov', 'rho'];
const stepsOf = (optimizer: OptimizerConfig): string =>
  canonicalJson(Object.fromEntries(Object.entries(optimizer).filter(([setting]) => !rates.includes(setting))));

/**
 * How fast runs are, by the newest finished ones on this machine in like conditions: of the same steps on images of the same size, else of
 * the same method, else of any whose cost is predicted; each brought to the run's own by multiply-accumulates × predicted units. Each kind is read
 * once, when it is asked for.
 */
export const speeds = (read: StoreReader, findDataset: FindDataset): SpeedOf => {
  const macsOf = macsOnce();
  /** For each unit of work. */
  const known = new Map<string, Speed | null>();
  return (config) => {
    const dataset = findDataset(config.dataset.id);
    if (dataset === null) return null;
    const macs = macsOf(config, dataset);
    if (macs === null) return null;
    const key = canonicalJson([conditionsOf(config), stepsOf(config.optimizer), macs]);
    const found = known.get(key);
    const relative = found === undefined ? relativeSpeed(read, config, dataset, macsOf) : found;
    known.set(key, relative);
    if (relative === null) return null;
    const { imageMs, testedMs, startMs } = relative;
    return { imageMs: imageMs * macs * mostUnits(config), testedMs: testedMs * macs, startMs };
  };
};

type MacsOf = ReturnType<typeof macsOnce>;

const relativeSpeed = (read: StoreReader, config: GroupConfig, dataset: DatasetInfo, macsOf: MacsOf): Speed | null => {
  const alike = (trainedGroups(read).get(conditionsOf(config)) ?? []).flatMap((group) => {
    const macs = macsOf(group.config, dataset);
    return macs === null ? [] : [{ ...group, macs }];
  });
  const isSameMethod = ({ config: other }: TrainedGroup): boolean =>
    methodOf(other.optimizer) === methodOf(config.optimizer);
  const nearest = [
    alike.filter(
      (group) =>
        stepsOf(group.config.optimizer) === stepsOf(config.optimizer) && group.macs === macsOf(config, dataset),
    ),
    alike.filter(isSameMethod),
    alike.filter((group) => predictedUnits(group.config) !== null),
  ];
  for (const groups of nearest) {
    const byHash = new Map(groups.map((group) => [group.hash, group]));
    const times = read.runs.newestTimes([...byHash.keys()], processor(), newestRuns).flatMap((run) => {
      const group = byHash.get(run.groupHash);
      if (group === undefined) return [];
      const { trainMs, images, evaluationMs, startMs } = run;
      return {
        imageMs: trainMs / images / (group.macs * mostUnits(group.config)),
        testedMs: evaluationMs / testedOf(group.config, dataset) / group.macs,
        startMs: startMs ?? 0,
      };
    });
    const imageMs = median(times.map((run) => run.imageMs));
    const testedMs = median(times.map((run) => run.testedMs));
    const startMs = median(times.map((run) => run.startMs));
    if (imageMs !== null && testedMs !== null && startMs !== null) return { imageMs, testedMs, startMs };
  }
  return null;
};

/** Multiply-accumulates of a forward pass of one image; null where the model does not take it. Each network is built once. */
const macsOnce = () => {
  const known = new Map<string, number | null>();
  return ({ model, augmentation }: GroupConfig, dataset: DatasetInfo): number | null => {
    const [height, width] = imageSizeOf(dataset, augmentation);
    const classes = dataset.classNames.length;
    const key = canonicalJson([model, height, width, dataset.channels, classes]);
    const found = known.get(key);
    if (found !== undefined) return found;
    const fits = misfitOf(model.id, height, width) === null;
    const macs = fits ? networkOf(model, [height, width, dataset.channels], classes).macs : null;
    known.set(key, macs);
    return macs;
  };
};

/** Of each store the groups that were looked at, whose hashes stand for one configuration for ever, and those in like conditions until something is written. */
const knownGroups = new WeakMap<StoreReader, { groups: Map<string, TrainedGroup>; byConditions: KeptAnswers }>();

/** The groups that trained in this workspace, by their conditions. */
const trainedGroups = (read: StoreReader): ReadonlyMap<string, readonly TrainedGroup[]> => {
  const known = knownGroups.get(read) ?? {
    groups: new Map<string, TrainedGroup>(),
    byConditions: new KeptAnswers(read.version),
  };
  knownGroups.set(read, known);
  const groupOf = (hash: string): TrainedGroup[] => {
    const found = known.groups.get(hash);
    if (found !== undefined) return [found];
    const config = read.runs.groupConfig(hash);
    if (config === null) return [];
    const group = { hash, config, conditions: conditionsOf(config) };
    known.groups.set(hash, group);
    return [group];
  };
  return known.byConditions.of('groups', () => {
    const all = read.runs.groupHashes();
    const origins = read.origins.ofGroups(all);
    const own = all.filter((hash) => origins.get(hash) === null);
    return groupedBy(own.flatMap(groupOf), ({ conditions }) => conditions);
  });
};

/** Images on which each evaluation of a run computes. */
export const testedOf = ({ dataset: { testSubset } }: GroupConfig, dataset: DatasetInfo): number =>
  Math.min(testSubset ?? Infinity, dataset.testCount);

import { augmentationMisfitOf, imageSizeOf, type DatasetInfo } from '../../shared/dataset.ts';
import { LabError } from '../../shared/errors.ts';
import type { RunConfig } from '../../shared/runConfig.ts';
import { deviceExamples, resizedExamples, type DeviceExamples } from './data/batches.ts';
import { readDataset } from './data/datasetFiles.ts';
import { decodingPool } from './data/imageFiles/decodingPool.ts';
import { fileExamples } from './data/imageFiles/fileExamples.ts';
import { readImageDataset } from './data/imageFiles/manifest.ts';
import { balancedFiles } from './data/imageFiles/subset.ts';
import type { RandomStream } from './data/rng.ts';
import { balancedSubset, noisyLabels, type Labels } from './data/subsets.ts';
import type { Ops } from './engine/ops.ts';

/** The chances on which the examples and their labels depend. */
export interface SelectionStreams {
  readonly subset: RandomStream;
  readonly testSubset: RandomStream;
  readonly labelNoise: RandomStream;
}

export interface RunExamples {
  readonly train: DeviceExamples;
  readonly test: DeviceExamples;
  dispose(): void;
}

/**
 * The examples of a run, from wherever the data set keeps them.
 * @throws LabError CONFIG_INVALID where the configuration does not fit the data set, DATASET_* where that is damaged or gone.
 */
export const openExamples = (
  ops: Ops,
  config: RunConfig,
  dataset: DatasetInfo,
  folder: string,
  streams: SelectionStreams,
): RunExamples => {
  const { augmentation } = config;
  const misfit = augmentationMisfitOf(dataset, augmentation);
  if (misfit !== null) throw new LabError('CONFIG_INVALID', misfit.message);
  const classes = dataset.classNames.length;
  const { trainSubset, testSubset, labelNoise } = config.dataset;
  // A set of a former version may list classes that no example has.
  const present = dataset.classCounts.flatMap((count, label) => (count > 0 ? [label] : []));
  const noised = <L extends Labels>(labels: L): L =>
    labelNoise > 0 ? noisyLabels(labels, present, labelNoise, streams.labelNoise) : labels;

  if (dataset.storage === 'raw') {
    const files = readDataset(dataset, folder);
    const subset = balancedSubset(files.train, classes, trainSubset, streams.subset);
    checkDropLast(config, subset.count);
    const noisy = { ...subset, labels: noised(subset.labels) };
    const isResized = augmentation.cropMinScale !== null;
    const train = (isResized ? resizedExamples : deviceExamples)(ops, dataset, noisy, augmentation);
    const tested = balancedSubset(files.test, classes, testSubset, streams.testSubset);
    const test = deviceExamples(ops, dataset, tested, null);
    return { train, test, dispose: () => [train, test].forEach((examples) => examples.dispose()) };
  }
  const files = readImageDataset(dataset, folder);
  const subset = balancedFiles(files.train, classes, trainSubset, streams.subset);
  const tested = balancedFiles(files.test, classes, testSubset, streams.testSubset);
  checkDropLast(config, subset.count);
  const [side] = imageSizeOf(dataset, augmentation);
  const pool = decodingPool(files.root);
  const noisy = { ...subset, labels: noised(subset.labels) };
  const train = fileExamples(ops, dataset, noisy, { augmentation, isTraining: true }, side, pool);
  const test = fileExamples(ops, dataset, tested, { augmentation, isTraining: false }, side, pool);
  return {
    train,
    test,
    dispose() {
      pool.close();
      train.dispose();
      test.dispose();
    },
  };
};

const checkDropLast = ({ dropLast, batchSize }: RunConfig, count: number): void => {
  if (!dropLast || count >= batchSize) return;
  throw new LabError(
    'CONFIG_INVALID',
    `Batches of ${batchSize} were asked for, but there are only ${count} training examples and the last, smaller batch is dropped. Use smaller batches or keep the last one.`,
  );
};

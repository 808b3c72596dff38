import { imageSizeOf } from '../../shared/dataset.ts';
import type { DatasetInfo } from '../../shared/dataset.ts';
import { mostUnits } from '../../shared/method.ts';
import { misfitOf } from '../../shared/models.ts';
import type { SelfTestResult } from '../../shared/selfTest.ts';
import type { Precision, RunConfig } from '../../shared/runConfig.ts';
import { networkOf } from '../trainer/models/index.ts';

/**
 * How long a run takes by what the self-test measured: a forward pass is 2·MACs floating point operations an image, a step as many
 * of them as the cost model says (SGD 3), an evaluation one for each test image, in float32. Small models' own overhead and the input
 * are not in it.
 * @param selfTests - of this machine.
 * @returns null where the engine was not measured in this precision, or the model does not take the images.
 */
export const selfTestEstimateMs = (
  config: RunConfig,
  dataset: DatasetInfo,
  selfTests: readonly SelfTestResult[],
): number | null => {
  const { channels, classNames } = dataset;
  const [height, width] = imageSizeOf(dataset, config.augmentation);
  const { model } = config;
  if (misfitOf(model.id, height, width) !== null) return null;
  const { macs } = networkOf(model, [height, width, channels], classNames.length);
  const trained = gflopsOf(config, config.precision, macs, selfTests);
  if (trained === null) return null;
  const evaluated = gflopsOf(config, 'float32', macs, selfTests) ?? trained;
  const passMs = (2 * macs) / 1e6; // of one image, at 1 GFLOP/s
  const imageMs = (mostUnits(config) * passMs) / trained;
  const tested = Math.min(config.dataset.testSubset ?? Infinity, dataset.testCount);
  return config.epochs * (imagesPerEpoch(config, dataset) * imageMs + (tested * passMs) / evaluated);
};

/** How long one forward pass of one image takes by the same; null as above. */
export const selfTestPassMs = (
  config: RunConfig,
  dataset: DatasetInfo,
  selfTests: readonly SelfTestResult[],
): number | null => {
  const [height, width] = imageSizeOf(dataset, config.augmentation);
  const { macs } = networkOf(config.model, [height, width, dataset.channels], dataset.classNames.length);
  const speed = gflopsOf(config, 'float32', macs, selfTests);
  return speed === null ? null : (2 * macs) / 1e6 / speed;
};

const imagesPerEpoch = ({ batchSize, dropLast, dataset: { trainSubset } }: RunConfig, { trainCount }: DatasetInfo) => {
  const examples = Math.min(trainSubset ?? Infinity, trainCount);
  return dropLast ? examples - (examples % batchSize) : examples;
};

/** What a model of this size reaches: as the measured one that is closest in size, and in proportion to its threads. */
const gflopsOf = (
  { device }: RunConfig,
  precision: Precision,
  macs: number,
  selfTests: readonly SelfTestResult[],
): number | null => {
  const selfTest = selfTests.find((each) => each.engine === device.engine && each.precision === precision);
  const distance = (other: number): number => Math.abs(Math.log(other / macs));
  const [closest] = [...(selfTest?.speeds ?? [])].sort((a, b) => distance(a.macs) - distance(b.macs));
  if (selfTest === undefined || closest === undefined) return null;
  const threads = device.threads === 0 ? selfTest.threads : Math.min(device.threads, selfTest.threads);
  return selfTest.device === 'GPU' ? closest.gflops : (closest.gflops * threads) / selfTest.threads;
};

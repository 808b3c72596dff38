import { arch, availableParallelism, cpus, platform, totalmem } from 'node:os';
import { imageSizeOf, type DatasetInfo } from '../../shared/dataset.ts';
import type { RunEnvironment } from '../../shared/device.ts';
import { LabError } from '../../shared/errors.ts';
import type { RunConfig } from '../../shared/runConfig.ts';
import { passesMisfitOf } from '../../shared/passes.ts';
import { batchCountOf, type DeviceExamples } from './data/batches.ts';
import { randomStream, type RandomStream } from './data/rng.ts';
import type { NetworkState } from './engine/layers.ts';
import { mixedPrecisionOps } from './engine/mixedPrecision.ts';
import { parameterCountOf, rolesOf, type Network } from './engine/network.ts';
import type { Ops } from './engine/ops.ts';
import { disposeState, initialState } from './initialState.ts';
import { networkOf } from './models/index.ts';
import type { Passes } from './batchObjective.ts';
import { openExamples } from './openExamples.ts';
import { optimizerOf, type Optimizer } from './optimizers/index.ts';
import { phaseClock, type SteppingClock } from './phaseClock.ts';

/** Everything one training works with, on one engine. */
export interface Run {
  readonly config: RunConfig;
  readonly ops: Ops;
  readonly network: Network;
  readonly state: NetworkState;
  readonly optimizer: Optimizer;
  readonly clock: SteppingClock;
  /** How passes are done: precision and micro-batches, as the configuration asks. */
  readonly passes: Passes;
  readonly train: DeviceExamples;
  readonly test: DeviceExamples;
  readonly shuffle: RandomStream;
  readonly augmentation: RandomStream;
  /** ESAM's chances. */
  readonly mask: RandomStream;
  readonly selection: RandomStream;
  readonly environment: RunEnvironment;
  dispose(): void;
}

/**
 * Reads the data, builds the network and its optimizer.
 * @param lender - a run on the same data, whose examples and distortions this one then uses; it has to live longer.
 * @throws LabError CONFIG_INVALID where the configuration does not fit the data set.
 */
export const openRun = (
  ops: Ops,
  config: RunConfig,
  dataset: DatasetInfo,
  datasetFolder: string,
  labVersion: string,
  lender: Run | null = null,
): Run => {
  const classes = dataset.classNames.length;
  const [height, width] = imageSizeOf(dataset, config.augmentation);
  const stream = (name: Parameters<typeof randomStream>[1]): RandomStream => randomStream(config.seed, name);
  const selectionPrecision = 'selectionPrecision' in config.optimizer ? config.optimizer.selectionPrecision : 'same';
  const misfit = passesMisfitOf(config);
  if (misfit !== null) throw new LabError('CONFIG_INVALID', misfit.message);
  const half = mixedPrecisionOps(ops);
  const training = config.precision === 'bfloat16' ? half : ops;

  const streams = {
    subset: stream('subset'),
    // Whatever a run's seed, the same images test it: they are no chance of the training's.
    testSubset: randomStream(0, 'testSubset'),
    labelNoise: stream('labelNoise'),
  };
  const network = networkOf(config.model, [height, width, dataset.channels], classes);
  const examples = lender ?? openExamples(ops, config, dataset, datasetFolder, streams);
  const { train, test } = examples;
  const state = initialState(ops, network, stream('weights'));
  const clock = phaseClock(ops);
  const mask = stream('mask');
  const selection = stream('selection');
  const extent = { epochs: config.epochs, stepsPerEpoch: batchCountOf(train.count, config.batchSize, config.dropLast) };
  const optimizer = optimizerOf({ ops, state, roles: rolesOf(network), clock, extent }, config.optimizer, {
    uniform: mask.uniform,
    subset: selection.subset,
    schedule: stream('schedule'),
    direction: stream('direction'),
  });
  const [cpu] = cpus();
  return {
    config,
    ops,
    network,
    state,
    optimizer,
    clock,
    passes: { training, ranking: selectionPrecision === 'bfloat16' ? half : training, microBatch: config.microBatch },
    train,
    test,
    shuffle: stream('shuffle'),
    augmentation: lender?.augmentation ?? stream('augmentation'),
    mask,
    selection,
    environment: {
      engine: ops.name,
      device: ops.device,
      threads: ops.threads,
      oneDnn: ops.oneDnn,
      cpuModel: cpu?.model ?? 'unknown',
      cpuCores: availableParallelism(),
      memoryBytes: totalmem(),
      platform: `${platform()} ${arch()}`,
      nodeVersion: process.versions.node,
      labVersion,
      datasetSha256: dataset.sha256,
      parameterCount: parameterCountOf(network),
      parameterTensors: network.parameters.length,
      trainExamples: train.count,
      testExamples: test.count,
    },
    dispose() {
      if (lender === null) examples.dispose();
      optimizer.dispose();
      disposeState(ops, state);
    },
  };
};

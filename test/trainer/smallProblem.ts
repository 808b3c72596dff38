import { randomStream } from '../../src-main/trainer/data/rng.ts';
import type { NetworkState } from '../../src-main/trainer/engine/layers.ts';
import { networkBuilder, rolesOf, type Network } from '../../src-main/trainer/engine/network.ts';
import { elementCount, type Ops, type Tensor } from '../../src-main/trainer/engine/ops.ts';
import { disposeState } from '../../src-main/trainer/initialState.ts';
import { basicBlock } from '../../src-main/trainer/models/residual.ts';
import { batchObjective, type Batch } from '../../src-main/trainer/batchObjective.ts';
import type {
  Chances,
  Objective,
  PhaseClock,
  RunExtent,
  StepReport,
  OptimizerContext,
} from '../../src-main/trainer/optimizers/index.ts';
import { disposeReports } from '../../src-main/trainer/stepRecord.ts';
import { uniform } from './engine/random.ts';

export const noClock: PhaseClock = { measure: (_phase, work) => work() };

/** Of six steps. */
export const extent: RunExtent = { epochs: 3, stepsPerEpoch: 2 };

/** All chances of a seed. */
export const chancesOf = (seed: number): Chances => ({
  uniform: randomStream(seed, 'mask').uniform,
  subset: randomStream(seed, 'selection').subset,
  schedule: randomStream(seed, 'schedule'),
  direction: randomStream(seed, 'direction'),
});

/** All kinds of layers: a stem, a max-pool, a block with an identity shortcut, one with a strided projection, dense. */
export const residualNetwork = ((): Network => {
  const build = networkBuilder([6, 6, 2]);
  let x = build.relu(build.batchNorm('stem.bn', build.conv2d('stem.conv', build.input, 3, { size: 3 })));
  x = build.maxPool(x, { size: 2, stride: 2 });
  x = basicBlock(build, 'block1', x, 3, 1);
  x = basicBlock(build, 'block2', x, 4, 2);
  return build.build(build.dense('dense', build.globalAveragePool(x), 3));
})();

/** Whole vectors of channels, as the own kernels take them, and a max-pooling that a batch normalisation can do. */
export const pooledNetwork = ((): Network => {
  const build = networkBuilder([6, 6, 2]);
  const normalised = build.batchNormRelu('bn', build.conv2d('conv', build.input, 32, { size: 3 }));
  const pooled = build.maxPool(normalised, { size: 2, stride: 2 });
  return build.build(build.dense('dense', build.globalAveragePool(pooled), 3));
})();

/** Three times 3×3 convolution, BatchNorm and ReLU in a row, then dense: `conv1.kernel`, `bn1.scale`, … `dense.bias`. */
export const chainNetwork = ((): Network => {
  const build = networkBuilder([6, 6, 2]);
  let x = build.input;
  for (const block of [1, 2, 3]) {
    x = build.relu(build.batchNorm(`bn${block}`, build.conv2d(`conv${block}`, x, 3, { size: 3 })));
  }
  return build.build(build.dense('dense', build.globalAveragePool(x), 3));
})();

/** The same without BatchNorm: an example's gradient does not depend on the others of its batch. */
export const independentNetwork = ((): Network => {
  const build = networkBuilder([6, 6, 2]);
  let x = build.input;
  for (const block of [1, 2, 3]) x = build.relu(build.conv2d(`conv${block}`, x, 3, { size: 3 }));
  return build.build(build.dense('dense', build.globalAveragePool(x), 3));
})();

export const labelsOf = (ops: Ops, values: readonly number[]): Tensor => {
  const narrow = ops.upload(Int32Array.from(values), [values.length]);
  const wide = ops.cast(narrow, 'int64');
  ops.dispose(narrow);
  return wide;
};

export interface SmallProblem {
  readonly training: OptimizerContext;
  readonly batch: Batch;
  readonly objective: Objective;
  /** All parameters, then all running statistics. */
  contents(): number[][];
  dispose(): void;
}

/** A network of 6×6×2 images and 3 classes in a random state, and one batch of five random images. */
export const smallProblem = (ops: Ops, network: Network, seed: number, labelSmoothing = 0): SmallProblem => {
  const next = uniform(seed);
  const drawn = (shape: readonly number[], low: number, high: number): Tensor =>
    ops.upload(
      Float32Array.from({ length: elementCount(shape) }, () => low + (high - low) * next()),
      shape,
    );
  const state: NetworkState = {
    parameters: network.parameters.map(({ name, shape }) =>
      name.endsWith('.scale') ? drawn(shape, 0.5, 1.5) : drawn(shape, -0.5, 0.5),
    ),
    statistics: network.statistics.map((channels) => ({
      mean: drawn([channels], -0.1, 0.1),
      variance: drawn([channels], 0.9, 1.1),
    })),
  };
  const batch = { images: drawn([5, 6, 6, 2], -1, 1), labels: labelsOf(ops, [0, 2, 1, 2, 0]) };
  return {
    training: { ops, state, roles: rolesOf(network), clock: noClock, extent },
    batch,
    objective: batchObjective(ops, network, state, batch, labelSmoothing, noClock, () => undefined),
    contents: () =>
      [...state.parameters, ...state.statistics.flatMap(({ mean, variance }) => [mean, variance])].map((tensor) => [
        ...ops.download(tensor),
      ]),
    dispose() {
      [batch.images, batch.labels].forEach(ops.dispose);
      disposeState(ops, state);
    },
  };
};

/** What a step's reports say, off the device; disposes of them. */
export const readReports = (ops: Ops, reports: readonly StepReport[]) => {
  const read = (tensor: Tensor | null): number[] | null => (tensor === null ? null : [...ops.download(tensor)]);
  const told = reports.map((report) => ({
    keptExamples: report.keptExamples,
    perturbedTensors: report.perturbedTensors,
    lossesBefore: read(report.lossesBefore),
    lossesAfter: read(report.lossesAfter),
    gradientNorm: read(report.gradientNorm)?.[0],
    perturbationNorm: read(report.perturbationNorm)?.[0],
    sharpness: read(report.sharpness),
    kept: read(report.kept),
  }));
  disposeReports(ops, reports);
  return told;
};

/** The same for a step that did not divide its batch. */
export const readReport = (ops: Ops, reports: readonly StepReport[]) => {
  const [only, ...others] = readReports(ops, reports);
  if (only === undefined || others.length > 0) throw new Error(`Found ${reports.length} reports, expected one.`);
  return only;
};

import { afterAll, beforeAll, expect, test } from 'vitest';
import { plainRule, type ModelId } from '../../../shared/runConfig.ts';
import { rolesOf, type Initialiser, type Network } from '../../../src-main/trainer/engine/network.ts';
import { elementCount, type Ops } from '../../../src-main/trainer/engine/ops.ts';
import { disposeState } from '../../../src-main/trainer/initialState.ts';
import { networkOf } from '../../../src-main/trainer/models/index.ts';
import { batchObjective } from '../../../src-main/trainer/batchObjective.ts';
import { sgdRule } from '../../../src-main/trainer/optimizers/rules/sgd.ts';
import { sgd } from '../../../src-main/trainer/optimizers/methods/sgd.ts';
import { openTensorflow } from '../engines.ts';
import { labelsOf, extent, noClock, readReport } from '../smallProblem.ts';
import { uniform } from '../engine/random.ts';

let ops: Ops;
beforeAll(async () => {
  ops = await openTensorflow();
});
afterAll(() => {
  ops.close();
});

const sdOf = (initialiser: Initialiser): number => {
  switch (initialiser.kind) {
    case 'constant':
      return 0;
    case 'normal':
      return initialiser.sd;
    case 'uniform':
      return initialiser.bound / Math.sqrt(3);
  }
};

/** Parameters of the mean and variance that the network asks for; 160 million normal draws would take longer than the steps. */
const quickState = (network: Network) => {
  const next = uniform(31);
  const filled = (value: number, channels: number) => ops.upload(new Float32Array(channels).fill(value), [channels]);
  return {
    parameters: network.parameters.map(({ shape, initialiser }) => {
      const values = new Float32Array(elementCount(shape));
      const mean = initialiser.kind === 'constant' ? initialiser.value : 0;
      const bound = Math.sqrt(3) * sdOf(initialiser);
      for (let index = 0; index < values.length; index++) values[index] = mean + bound * (2 * next() - 1);
      return ops.upload(values, shape);
    }),
    statistics: network.statistics.map((channels) => ({ mean: filled(0, channels), variance: filled(1, channels) })),
  };
};

// Kernels of one forward and backward pass at most: what the tape may ask of TensorFlow, apart from the loss.
test.each<{ model: ModelId; side: number; classes: number; kernels: number }>([
  { model: 'wrn28x10', side: 32, classes: 10, kernels: 230 },
  { model: 'pyramidnet110', side: 32, classes: 10, kernels: 1010 },
  { model: 'resnet50', side: 224, classes: 1000, kernels: 425 },
  { model: 'resnet101', side: 224, classes: 1000, kernels: 815 },
  { model: 'vit-s16', side: 224, classes: 1000, kernels: 1505 },
])('$model: two steps at full size', { timeout: 60_000 }, ({ model, side, classes, kernels }) => {
  const { handles } = ops.counters;
  const network = networkOf(model, [side, side, 3], classes);
  const state = quickState(network);
  const next = uniform(37);
  const images = ops.upload(
    Float32Array.from({ length: 2 * side * side * 3 }, () => 2 * Math.sqrt(3) * (next() - 0.5)),
    [2, side, side, 3],
  );
  const labels = labelsOf(ops, [1, classes - 1]);
  const objective = batchObjective(ops, network, state, { images, labels }, 0, noClock, () => undefined);

  const before = ops.counters.kernels;
  const { gradients, losses } = objective.gradients({ pass: 'first', statistics: 'keep' });
  expect(ops.counters.kernels - before).toBeLessThanOrEqual(kernels);
  // The loss of chance is ln(classes); a network in which variances grow or vanish from layer to layer would be far from it.
  for (const loss of ops.download(losses)) expect(Math.abs(loss - Math.log(classes))).toBeLessThan(4);
  ops.dispose(losses);
  gradients.forEach((gradient, index) => {
    const { name = '', shape = [] } = network.parameters[index] ?? {};
    if (gradient === null) throw new Error(`${name} has no gradient.`);
    expect(gradient.shape, name).toEqual(shape);
    const norm = ops.squaredNorm([gradient]);
    const [square = NaN] = ops.download(norm);
    expect(square, name).toBeLessThan(1e12); // NaN or ∞ anywhere would show here
    if (shape.length > 1) expect(square, name).toBeGreaterThan(0);
    [gradient, norm].forEach(ops.dispose);
  });

  const rule = sgdRule(
    { ops, state, roles: rolesOf(network), clock: noClock, extent },
    { momentum: 0.9, weightDecay: 5e-4, ...plainRule },
  );
  const optimizer = sgd(rule);
  const { uploadedFloatBytes } = ops.counters;
  const told = [0, 1].map(() => readReport(ops, optimizer.step(objective, 1e-3)).lossesBefore ?? []);
  const [first, second] = told.map((each) => each.reduce((sum, loss) => sum + loss, 0));
  expect(second).toBeLessThan(first ?? NaN); // of the same two images
  expect(ops.counters.uploadedFloatBytes - uploadedFloatBytes).toBeLessThan(100); // but for a few scalars, once

  optimizer.dispose();
  [images, labels].forEach(ops.dispose);
  disposeState(ops, state);
  expect(ops.counters.handles).toBe(handles);
});

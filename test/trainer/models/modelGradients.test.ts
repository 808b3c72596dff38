import { describe, expect, test } from 'vitest';
import type { NetworkState } from '../../../src-main/trainer/engine/layers.ts';
import {
  networkBuilder,
  type Network,
  type NetworkBuilder,
  type Value,
} from '../../../src-main/trainer/engine/network.ts';
import { elementCount, type Ops, type Tensor } from '../../../src-main/trainer/engine/ops.ts';
import { referenceOps } from '../../../src-main/trainer/engine/referenceOps.ts';
import { infer, record } from '../../../src-main/trainer/engine/tape.ts';
import { disposeState } from '../../../src-main/trainer/initialState.ts';
import { bottleneckNetwork } from '../../../src-main/trainer/models/bottleneckNetwork.ts';
import { deepMlp } from '../../../src-main/trainer/models/deepMlp.ts';
import { pyramidNet } from '../../../src-main/trainer/models/pyramidNet.ts';
import { visionTransformer } from '../../../src-main/trainer/models/visionTransformer.ts';
import { wideResNet } from '../../../src-main/trainer/models/wideResNet.ts';
import { uniform } from '../engine/random.ts';
import { openTensorflow } from '../engines.ts';
import { labelsOf } from '../smallProblem.ts';

const classes = 3;
const built = (side: number, model: (network: NetworkBuilder) => Value): Network => {
  const network = networkBuilder([side, side, 2]);
  return network.build(model(network));
};

/** The paper's models, shrunk: every kind of block that the real ones have, identity and changed shortcuts. */
const models: readonly { readonly name: string; readonly network: Network }[] = [
  { name: 'wideResNet', network: built(8, (b) => wideResNet(b, classes, { blocks: 2, width: 0.25 })) },
  { name: 'pyramidNet', network: built(4, (b) => pyramidNet(b, classes, { blocks: 2, alpha: 7 })) },
  { name: 'bottleneckNetwork', network: built(16, (b) => bottleneckNetwork(b, classes, { blocks: [1, 2], width: 3 })) },
  ...(['serial', 'general'] as const).map((wiring) => ({
    name: `deepMlp, ${wiring}`,
    network: built(4, (b) => deepMlp(b, classes, { id: 'deep-mlp', layers: 3, width: 7, wiring })),
  })),
  {
    name: 'visionTransformer',
    network: built(8, (b) => visionTransformer(b, classes, { patch: 4, width: 12, blocks: 2, heads: 3 })),
  },
];

const batch = 4;

/** Parameters of the size that training has (no weight zero), four random images, their labels: the same on every engine. */
const problemOf = (ops: Ops, network: Network) => {
  const next = uniform(17);
  const drawn = (shape: readonly number[], low: number, high: number): Tensor =>
    ops.upload(
      Float32Array.from({ length: elementCount(shape) }, () => low + (high - low) * next()),
      shape,
    );
  const state: NetworkState = {
    parameters: network.parameters.map(({ name, shape }) => {
      if (name.endsWith('.scale')) return drawn(shape, 0.5, 1.5);
      const bound = shape.length === 1 ? 0.3 : Math.sqrt(3 / elementCount(shape.slice(0, -1)));
      return drawn(shape, -bound, bound);
    }),
    statistics: network.statistics.map((channels) => ({
      mean: drawn([channels], -0.1, 0.1),
      variance: drawn([channels], 0.9, 1.1),
    })),
  };
  const images = drawn([batch, ...network.inputShape], -1, 1);
  const labels = labelsOf(ops, [0, 2, 1, 2]);
  const sumOfLosses = (logits: Tensor): number => {
    const { losses, logitsGrad } = ops.softmaxCrossEntropy(logits, labels, 0);
    const sum = [...ops.download(losses)].reduce((total, loss) => total + loss, 0);
    [losses, logitsGrad, logits].forEach(ops.dispose);
    return sum;
  };
  const gradients = (isWanted: (parameter: number) => boolean = () => true, kept?: Tensor): (number[] | null)[] => {
    const recording = record(ops, network, state, images, 'keep', isWanted);
    const { losses, logitsGrad } = ops.softmaxCrossEntropy(recording.logits, labels, 0);
    ops.dispose(losses);
    let grad = logitsGrad;
    if (kept !== undefined) {
      recording.keepOnly(kept);
      grad = ops.gather(logitsGrad, kept);
      ops.dispose(logitsGrad);
    }
    return recording.backward(grad).map((gradient) => {
      if (gradient === null) return null;
      const values = [...ops.download(gradient)];
      ops.dispose(gradient);
      return values;
    });
  };
  return {
    state,
    images,
    labels,
    gradients,
    loss: () => sumOfLosses(infer(ops, network, state, images, 'keep')),
    dispose() {
      [images, labels].forEach(ops.dispose);
      disposeState(ops, state);
    },
  };
};

const largest = (values: readonly number[]): number =>
  values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

describe.each(models)('$name', ({ network }) => {
  test('each gradient is the slope of the loss along a random direction', () => {
    const ops = referenceOps();
    const { state, gradients, loss } = problemOf(ops, network);
    const next = uniform(23);
    const step = 1e-6; // so small that hardly any activation crosses the kink of a ReLU
    gradients().forEach((gradient, index) => {
      const { name = '', shape = [] } = network.parameters[index] ?? {};
      const own = state.parameters[index];
      if (own === undefined || gradient === null) throw new Error(`${name} has no gradient.`);
      const values = Float64Array.from(ops.download(own));
      const direction = values.map(() => (next() < 0.5 ? -1 : 1));
      const lossAt = (by: number): number => {
        const moved = ops.upload(
          values.map((value, at) => value + by * (direction[at] ?? NaN)),
          shape,
        );
        state.parameters[index] = moved;
        const sum = loss();
        ops.dispose(moved);
        return sum;
      };
      const slope = (lossAt(step) - lossAt(-step)) / (2 * step);
      state.parameters[index] = own;
      const found = gradient.reduce((sum, value, at) => sum + value * (direction[at] ?? NaN), 0);
      const scale = Math.sqrt(gradient.reduce((sum, value) => sum + value * value, 0));
      expect(Math.abs(found - slope), name).toBeLessThan(1e-6 * scale + 1e-8);
      // Vectors may have none: an offset that nothing but BatchNorm reads, for example.
      if (shape.length > 1) expect(scale, name).toBeGreaterThan(1e-3);
    });
  });

  test('TensorFlow has the gradients of the reference, for every mask, and keeps nothing', async () => {
    const right = problemOf(referenceOps(), network).gradients();
    const ops = await openTensorflow();
    const { handles } = ops.counters;
    const problem = problemOf(ops, network);
    const whole = problem.gradients();
    right.forEach((values, index) => {
      const found = whole[index] ?? [];
      const deviations = (values ?? []).map((value, at) => value - (found[at] ?? NaN));
      // Rounding accumulates over the layers; what cancels to nothing is left with the rounding of what it came from.
      expect(largest(deviations), network.parameters[index]?.name).toBeLessThan(2e-4 * largest(values ?? []) + 1e-5);
    });
    const next = uniform(29);
    for (let mask = 0; mask < 5; mask++) {
      const chosen = whole.map(() => next() < 0.3);
      const masked = problem.gradients((parameter) => chosen[parameter] === true);
      expect(masked).toEqual(whole.map((gradient, index) => (chosen[index] === true ? gradient : null)));
    }
    problem.dispose();
    expect(ops.counters.handles).toBe(handles);
    ops.close();
  });
});

test('a transformer, which has no BatchNorm, goes back for kept examples as if they alone had gone forward', () => {
  const ops = referenceOps();
  const { network } = models[3] ?? { network: null };
  if (network === null) throw new Error('The transformer is missing.');
  const { state, images, labels, gradients } = problemOf(ops, network);
  const kept = ops.upload(Int32Array.of(3, 1), [2]);
  const alone = record(ops, network, state, ops.gather(images, kept), 'keep', () => true);
  const { logitsGrad } = ops.softmaxCrossEntropy(alone.logits, ops.gather(labels, kept), 0);
  const expected = alone.backward(logitsGrad).map((gradient) => (gradient === null ? [] : [...ops.download(gradient)]));
  gradients(undefined, kept).forEach((found, index) => {
    const right = expected[index] ?? [];
    const worst = largest(right.map((value, at) => value - (found?.[at] ?? NaN)));
    expect(worst, network.parameters[index]?.name).toBeLessThan(1e-13);
  });
});

import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasSelectionForward } from '../../../shared/methods/esam.ts';
import { newArm, optimizerSchema, type MethodId } from '../../../shared/methods/index.ts';
import { plainEsam, plainRule, plainSam, type OptimizerConfig } from '../../../shared/runConfig.ts';
import { deviceExamples } from '../../../src-main/trainer/data/batches.ts';
import { randomStream } from '../../../src-main/trainer/data/rng.ts';
import type { NetworkState } from '../../../src-main/trainer/engine/layers.ts';
import type { Ops, Tensor } from '../../../src-main/trainer/engine/ops.ts';
import { referenceOps } from '../../../src-main/trainer/engine/referenceOps.ts';
import { evaluationNetwork } from '../../../src-main/trainer/engine/evaluationNetwork.ts';
import { infer, record } from '../../../src-main/trainer/engine/tape.ts';
import { disposeState, initialState } from '../../../src-main/trainer/initialState.ts';
import { mixedPrecisionOps } from '../../../src-main/trainer/engine/mixedPrecision.ts';
import { rolesOf, type Network } from '../../../src-main/trainer/engine/network.ts';
import { networkOf } from '../../../src-main/trainer/models/index.ts';
import { batchObjective } from '../../../src-main/trainer/batchObjective.ts';
import { optimizerOf, type Objective } from '../../../src-main/trainer/optimizers/index.ts';
import { disposeReports } from '../../../src-main/trainer/stepRecord.ts';
import { engines, kernelsCalledBy, openTensorflow } from '../engines.ts';
import {
  chancesOf,
  extent,
  labelsOf,
  noClock,
  pooledNetwork,
  readReports,
  residualNetwork,
  smallProblem,
} from '../smallProblem.ts';
import { uniform } from './random.ts';

const read = (ops: Ops, tensor: Tensor): number[] => {
  const values = [...ops.download(tensor)];
  ops.dispose(tensor);
  return values;
};

/** The gradients (null where not wanted) and losses of one pass, off the device. */
const gradientsOf = (ops: Ops, objective: Objective, options: Partial<Parameters<Objective['gradients']>[0]> = {}) => {
  const { gradients, losses } = objective.gradients({ pass: 'first', statistics: 'keep', ...options });
  return {
    gradients: gradients.map((gradient) => (gradient === null ? null : read(ops, gradient))),
    losses: read(ops, losses),
  };
};

/** Central differences of a loss with respect to every element of every parameter. Their own error: step² and 1e-16/step. */
const differencesOf = (ops: Ops, parameters: Tensor[], loss: () => number): number[][] => {
  const step = 1e-5;
  return parameters.map((parameter, index) => {
    const values = Float64Array.from(ops.download(parameter));
    const lossWith = (element: number, by: number): number => {
      const moved = ops.upload(
        values.map((value, at) => (at === element ? value + by : value)),
        parameter.shape,
      );
      parameters[index] = moved;
      const moving = loss();
      parameters[index] = parameter;
      ops.dispose(moved);
      return moving;
    };
    return Array.from(values, (_, element) => (lossWith(element, step) - lossWith(element, -step)) / (2 * step));
  });
};

/** The same, but no pass keeps anything for the next one. */
const forgetting = (objective: Objective): Objective => ({
  ...objective,
  gradients: ({ next: _, ...options }) => objective.gradients(options),
  forEachPart(m, use) {
    objective.forEachPart(m, (part) => {
      use(forgetting(part));
    });
  },
});

const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

const expectGradients = (found: readonly (number[] | null)[], differences: readonly number[][]): void => {
  differences.forEach((expected, index) => {
    const name = residualNetwork.parameters[index]?.name;
    const gradient = found[index] ?? [];
    expect(gradient).toHaveLength(expected.length);
    const worst = Math.max(...expected.map((value, at) => Math.abs(value - (gradient[at] ?? NaN))));
    expect(worst, name).toBeLessThan(1e-8);
    expect(Math.max(...gradient.map(Math.abs)), name).toBeGreaterThan(1e-4);
  });
};

test("a residual network's gradients are the central differences of its mean loss", () => {
  const ops = referenceOps();
  const problem = smallProblem(ops, residualNetwork, 1, 0.1);
  const { parameters } = problem.training.state;
  const { gradients, losses } = gradientsOf(ops, problem.objective);
  expect(losses).toEqual(read(ops, problem.objective.losses('keep'))); // the same forward pass, nothing kept
  const meanLoss = (): number => meanOf(read(ops, problem.objective.losses('keep')));
  expectGradients(gradients, differencesOf(ops, parameters, meanLoss));
});

test('a gathered pass gives the gradients of the kept examples with the statistics of all as constants', () => {
  const ops = referenceOps();
  const problem = smallProblem(ops, residualNetwork, 6);
  const { state } = problem.training;
  const kept = ops.upload(Int32Array.of(4, 1, 2), [3]);
  const { handles } = ops.counters;
  const recorded = problem.objective.recordedLosses('keep');
  const found = recorded.gradients(kept);
  const losses = read(ops, recorded.losses);
  expect(losses).toEqual(read(ops, problem.objective.losses('keep')));
  expect(read(ops, found.losses)).toEqual([4, 1, 2].map((example) => losses[example]));
  const gradients = found.gradients.map((gradient) => (gradient === null ? null : read(ops, gradient)));
  expect(ops.counters.handles).toBe(handles);

  // From running statistics 0 a pass leaves a tenth of the batch's, the variance unbiased; evaluation then normalises with those.
  const zeros = (tensor: Tensor): Tensor => ops.upload(new Float64Array(tensor.shape[0] ?? 0), tensor.shape);
  state.statistics.forEach(
    ({ mean }, index) => (state.statistics[index] = { mean: zeros(mean), variance: zeros(mean) }),
  );
  ops.dispose(problem.objective.losses('update'));
  const positions = [36, 9, 9, 4, 4, 4].map((pixels) => 5 * pixels); // of the five examples, in each BatchNorm
  state.statistics.forEach(({ mean, variance }, index) => {
    const n = positions[index] ?? NaN;
    const scaled = (tensor: Tensor, factor: number): Tensor => ops.multiply(tensor, ops.constant(factor));
    state.statistics[index] = { mean: scaled(mean, 10), variance: scaled(variance, (10 * (n - 1)) / n) };
  });
  const images = ops.gather(problem.batch.images, kept);
  const labels = ops.gather(problem.batch.labels, kept);
  const meanLoss = (): number => {
    const logits = infer(ops, residualNetwork, state, images, 'evaluate');
    const result = ops.softmaxCrossEntropy(logits, labels, 0);
    [logits, result.logitsGrad].forEach(ops.dispose);
    return meanOf(read(ops, result.losses));
  };
  expect(meanLoss()).toBeCloseTo(meanOf([4, 1, 2].map((example) => losses[example] ?? NaN)), 12);
  expectGradients(gradients, differencesOf(ops, state.parameters, meanLoss));
});

test('for evaluation every batch normalisation after a convolution is done by that, to the same logits', () => {
  const ops = referenceOps();
  const random = randomStream(3, 'weights');
  const images = ops.upload(Float64Array.from({ length: 2 * 8 * 8 * 3 }, random.normal), [2, 8, 8, 3]);
  for (const [id, normalisations] of [
    ['resnet8', 9], // the stem's, two a block, and those of two projections
    ['wrn28x10', 13], // the second of each of twelve blocks; of the first ones that which alone reads the stem
    ['convnet', 3],
  ] as const) {
    const network = networkOf(id, [8, 8, 3], 10);
    if (id !== 'wrn28x10') {
      const state = initialState(ops, network, random);
      const plain = record(ops, network, state, images, 'evaluate', () => true);
      const logits = infer(ops, network, state, images, 'evaluate');
      expect(read(ops, logits)).toEqual([...ops.download(plain.logits)]);
      plain.backward(plain.logits).forEach((gradient) => gradient && ops.dispose(gradient));
      disposeState(ops, state);
    }
    expect(network.layers.length - evaluationNetwork(ops, network).layers.length, id).toBe(normalisations);
  }
  ops.dispose(images);
  expect(ops.counters.handles).toBe(0);
});

describe.each(engines)('on $name', ({ open }) => {
  let ops: Ops;
  beforeAll(async () => {
    ops = await open();
    return () => {
      ops.close();
    };
  });

  test('a masked backward pass gives exactly the wanted gradients of the full one', () => {
    const problem = smallProblem(ops, residualNetwork, 2);
    const full = gradientsOf(ops, problem.objective);
    const { handles } = ops.counters;
    const next = uniform(3);
    const tensors = residualNetwork.parameters.length;
    const masks = [
      ...Array.from({ length: tensors }, (_, chosen) => full.gradients.map((_gradient, index) => index === chosen)),
      ...Array.from({ length: 20 }, () => full.gradients.map(() => next() < 0.4)),
    ];
    for (const mask of masks) {
      const masked = gradientsOf(ops, problem.objective, { isWanted: (parameter) => mask[parameter] === true });
      expect(masked.gradients).toEqual(full.gradients.map((gradient, index) => (mask[index] ? gradient : null)));
      expect(masked.losses).toEqual(full.losses);
    }
    expect(ops.counters.handles).toBe(handles);
    problem.dispose();
  });

  test('a max-pooling done by the batch normalisation before it changes the rounding of gradients alone', () => {
    const passesOn = (table: Ops) => {
      const problem = smallProblem(table, pooledNetwork, 8);
      const kept = table.upload(Int32Array.of(3, 1), [2]);
      const whole = gradientsOf(table, problem.objective);
      const recorded = problem.objective.recordedLosses('keep');
      const some = recorded.gradients(kept);
      [kept, recorded.losses].forEach(table.dispose);
      problem.dispose();
      const losses = [...whole.losses, ...read(table, some.losses)];
      const gradients = some.gradients.map((gradient) => (gradient === null ? [] : read(table, gradient)));
      return { losses, gradients: [...whole.gradients.map((gradient) => gradient ?? []), ...gradients] };
    };
    const { handles } = ops.counters;
    const found = passesOn(ops);
    const apart = passesOn({ ...ops, fusesMaxPool: () => false });
    expect(ops.counters.handles).toBe(handles);
    expect(found.losses).toEqual(apart.losses);
    expect(found.gradients.length).toBe(apart.gradients.length);
    found.gradients.forEach((gradient, index) => {
      const right = apart.gradients[index] ?? [];
      const worst = Math.max(...gradient.map((value, at) => Math.abs(value - (right[at] ?? NaN))));
      expect(worst).toBeLessThan(1e-6 * Math.max(...right.map(Math.abs)));
    });
  });

  test('for evaluation it is done by that too where the engine gains by it, to the same logits', () => {
    const { handles } = ops.counters;
    const network = networkOf('convnet', [9, 9, 1], 10);
    const random = randomStream(5, 'weights');
    const images = ops.upload(Float32Array.from({ length: 3 * 81 }, random.normal), [3, 9, 9, 1]);
    const state = initialState(ops, network, random);
    const logitsOf = (table: Ops): number[] => read(table, infer(table, network, state, images, 'evaluate'));
    const apart = { ...ops, fusesMaxPool: () => false };
    const [found, right] = [logitsOf(ops), logitsOf(apart)];
    expect(Math.max(...found.map((value, at) => Math.abs(value - (right[at] ?? NaN))))).toBeLessThan(1e-5);
    // Each of the two poolings is one layer less, and so its normalisation one that no convolution does.
    const fused = ops.fusesMaxPool(32, { size: 2, stride: 2 }) ? 2 : 0;
    expect(evaluationNetwork(ops, network).layers.length).toBe(evaluationNetwork(apart, network).layers.length);
    expect(evaluationNetwork(ops, network).layers.filter(({ maxPooling }) => maxPooling).length).toBe(2 - fused);
    disposeState(ops, state);
    ops.dispose(images);
    expect(ops.counters.handles).toBe(handles);
  });

  const arm = (id: MethodId, settings: object = {}): OptimizerConfig =>
    optimizerSchema.parse({ ...newArm(id, null), learningRate: 0.1, momentum: 0.9, rho: 0.1, ...settings });
  // Each with whether it spares something: the examples of the second pass have to be those of the first.
  test.each<[string, OptimizerConfig, boolean]>([
    ['ESAM', arm('esam'), true],
    ['ESAM, statistics of all passes', arm('esam', { bnStatistics: 'all' }), true],
    [
      'ESAM, statistics of the last pass, which moves none in the one that ranks',
      arm('esam', { bnStatistics: 'last' }),
      true,
    ],
    ['ESAM, gathered', arm('esam', { secondPass: 'gathered' }), true],
    [
      'ESAM, gathered, statistics of the last pass',
      arm('esam', { secondPass: 'gathered', bnStatistics: 'last' }),
      true,
    ],
    ['ESAM-SWP', arm('esam', { gamma: 1 }), true],
    ['ESAM by the norm of all, adaptive', arm('esam', { perturbation: 'full-norm', adaptive: true }), true],
    ['ESAM in sub-batches', arm('esam', { sharpnessBatch: 3 }), true],
    ['ESAM by the loss', arm('esam', { selection: 'loss' }), false],
    ['SAM-ON', arm('sam-on'), true],
    ['SWP with GSAM', arm('composed', { moves: { name: 'share', beta: 0.5 } }), true],
    [
      'SWP on the largest losses',
      arm('composed', {
        ...{ moves: { name: 'share', beta: 0.5 }, descent: { name: 'above' } },
        examples: { name: 'largest-loss', gamma: 0.6 },
      }),
      true,
    ],
    ['SAM', arm('sam'), false],
  ])(
    '%s: what a pass keeps for the next one spares kernels, changes no bit and stays nowhere',
    (_name, config, spares) => {
      const half = mixedPrecisionOps(ops);
      const whole = { training: ops, ranking: ops, microBatch: null };
      const plans = [
        { network: residualNetwork, passes: whole },
        { network: pooledNetwork, passes: whole },
        { network: residualNetwork, passes: { ...whole, microBatch: 4 } },
        ...(ops.device === 'CPU' && ops.oneDnn !== null
          ? [
              { network: pooledNetwork, passes: { ...whole, training: half, ranking: half } },
              { network: pooledNetwork, passes: { ...whole, ranking: half } },
            ]
          : []),
      ].filter(
        ({ passes }) => passes.microBatch === null || !('secondPass' in config && config.secondPass === 'gathered'),
      );
      const trained = (network: Network, passes: (typeof plans)[number]['passes'], keeps: boolean) => {
        const problem = smallProblem(ops, network, 7);
        const { state } = problem.training;
        const optimizer = optimizerOf(problem.training, config, chancesOf(1));
        const plain = batchObjective(ops, network, state, problem.batch, 0, noClock, () => undefined, passes);
        const objective = keeps ? plain : forgetting(plain);
        const { kernels } = ops.counters;
        const parts = Array.from({ length: 4 }, () => readReports(ops, optimizer.step(objective, 0.1)));
        const called = ops.counters.kernels - kernels;
        const contents = problem.contents();
        optimizer.dispose();
        problem.dispose();
        return { outcome: { parts, contents }, called };
      };
      const { handles } = ops.counters;
      const saved = plans.map(({ network, passes }) => {
        const found = trained(network, passes, true);
        const plain = trained(network, passes, false);
        expect(found.outcome).toEqual(plain.outcome);
        return plain.called - found.called;
      });
      expect(ops.counters.handles).toBe(handles);
      if (ops.counters.kernels > 0) expect(Math.max(...saved) > 0, saved.join()).toBe(spares);
      expect(Math.min(...saved)).toBeGreaterThanOrEqual(0);
    },
  );

  const statistics = fc.constantFrom('keep', 'update' as const);
  const wanted = fc.array(fc.boolean(), { minLength: 4, maxLength: 4 });
  const gradients = { name: fc.constant('gradients' as const), statistics, wanted, keepsSome: fc.boolean() };
  const announcing = fc.record({
    ...gradients,
    // Parameters move from one of the first on.
    next: fc.record({ from: fc.integer({ min: 1, max: 7 }), statistics, isRecorded: fc.boolean() }),
  });
  /** One of the first parameters changes, whatever was said about what moves; also to what is not a number. */
  const move = fc.record({
    ...{ name: fc.constant('move' as const), parameter: fc.nat({ max: 6 }) },
    to: fc.constantFrom(0.25, -0.5, NaN, Infinity),
  });
  const pass = fc.oneof(
    fc.record({ ...gradients, next: fc.constant(undefined) }),
    fc.record({ name: fc.constant('losses' as const), statistics }),
    fc.record({ name: fc.constant('recordedLosses' as const), statistics }),
  );
  /** A pass that announces another one, what changes between, and that one or a different one. */
  const round = fc
    .tuple(announcing, fc.option(move, { nil: undefined }), pass, fc.boolean())
    .map(([first, change, second, isAnnounced]) => [
      first,
      ...(change === undefined ? [] : [change]),
      isAnnounced ? { ...second, statistics: first.next.statistics } : second,
    ]);

  test('whatever the passes and changes of weights, a pass gives the bits of one that nothing was kept for', () => {
    const networks = { residual: residualNetwork, pooled: pooledNetwork };
    const plan = fc.record({
      name: fc.constantFrom('residual', 'pooled' as const),
      examples: fc.integer({ min: 1, max: 7 }),
      pixel: fc.constantFrom(0.5, NaN),
      rounds: fc.array(round, { minLength: 1, maxLength: 3 }),
    });
    let spared = 0;
    fc.assert(
      fc.property(plan, ({ name, examples, pixel, rounds }) => {
        const network = networks[name];
        /** @param keeps - whether one objective does all passes; else each is the first of a new one. */
        const outcome = (keeps: boolean) => {
          const problem = smallProblem(ops, network, 5);
          const { state } = problem.training;
          const draw = uniform(examples);
          const values = Float32Array.from({ length: examples * 72 }, (_, index) => (index === 7 ? pixel : draw()));
          const images = ops.upload(values, [examples, 6, 6, 2]);
          const labels = labelsOf(
            ops,
            Array.from({ length: examples }, (_, index) => index % 3),
          );
          const kept = ops.upload(Int32Array.of(examples - 1, 0), [2]);
          const open = () => batchObjective(ops, network, state, { images, labels }, 0, noClock, () => undefined);
          const one = open();
          const { kernels } = ops.counters;
          const of = (chosen: readonly boolean[]) => (parameter: number) => chosen[parameter % 4] === true;
          const told = rounds.flat().map((each) => {
            const objective = keeps ? one : open();
            if (each.name === 'losses') return read(ops, objective.losses(each.statistics));
            if (each.name === 'recordedLosses') {
              const recorded = objective.recordedLosses(each.statistics);
              const some = recorded.gradients(kept);
              const found = some.gradients.map((gradient) => (gradient === null ? null : read(ops, gradient)));
              return [found, read(ops, some.losses), read(ops, recorded.losses)];
            }
            if (each.name === 'move') {
              const index = each.parameter % state.parameters.length;
              const parameter = state.parameters[index];
              if (parameter === undefined) throw new Error('There is no such parameter.');
              const moved = [...ops.download(parameter)].with(0, each.to);
              state.parameters[index] = ops.upload(Float32Array.from(moved), parameter.shape);
              ops.dispose(parameter);
              return null;
            }
            const { statistics, wanted, next } = each;
            const isMoved = (parameter: number): boolean => parameter >= (next?.from ?? 0);
            const announced = next !== undefined && keeps ? { next: { ...next, isMoved } } : {};
            const some = each.keepsSome ? { kept } : {};
            return gradientsOf(ops, objective, { statistics, isWanted: of(wanted), ...announced, ...some });
          });
          ops.dispose(one.losses('keep')); // lets go of what was kept last
          const called = ops.counters.kernels - kernels;
          const contents = problem.contents();
          [images, labels, kept].forEach(ops.dispose);
          problem.dispose();
          return { result: { told, contents }, called };
        };
        const plain = outcome(false); // the engine makes the constants that it keeps
        const { handles } = ops.counters;
        const found = outcome(true);
        spared += plain.called - found.called;
        expect(found.result).toEqual(plain.result);
        expect(ops.counters.handles).toBe(handles);
      }),
      { seed: 11, numRuns: 40 },
    );
    if (ops.counters.kernels > 0) expect(spared).toBeGreaterThan(0);
  });

  test('kept examples make a batch of their own, and only `update` moves running statistics', () => {
    const problem = smallProblem(ops, residualNetwork, 4);
    const before = problem.contents();
    const kept = ops.upload(Int32Array.of(3, 0), [2]);
    const batch = { images: ops.gather(problem.batch.images, kept), labels: ops.gather(problem.batch.labels, kept) };
    const { state } = problem.training;
    const alone = batchObjective(ops, residualNetwork, state, batch, 0, noClock, () => undefined);
    expect(gradientsOf(ops, problem.objective, { kept })).toEqual(gradientsOf(ops, alone));
    expect(problem.contents()).toEqual(before);

    gradientsOf(ops, problem.objective, { kept, statistics: 'update' });
    const tensors = residualNetwork.parameters.length;
    problem.contents().forEach((values, index) => {
      if (index < tensors) expect(values).toEqual(before[index]);
      else expect(values).not.toEqual(before[index]);
    });
    [kept, batch.images, batch.labels].forEach(ops.dispose);
    problem.dispose();
  });
});

describe('ResNet-18 on TensorFlow', () => {
  const network = networkOf('resnet18', [32, 32, 3], 10);
  const examples = 8; // how many kernels a step calls does not depend on it
  const base = { learningRate: 0.1, momentum: 0.9, weightDecay: 5e-4, ...plainRule };
  const sharpnessAware = { ...base, rho: 0.05, bnStatistics: 'first', ...plainSam } as const;
  const esam = {
    ...sharpnessAware,
    ...plainEsam,
    name: 'esam',
    beta: 0.6,
    gamma: 0.5,
    perturbation: 'masked-norm',
    selection: 'sharpness',
    secondPass: 'reforward',
  } as const;
  const pixels = Uint8Array.from({ length: examples * 32 * 32 * 3 }, (_, index) => (index * 7919) % 256);
  const info = {
    ...{
      id: 'tiny',
      name: 'Tiny',
      source: 'made by the test',
      storage: 'raw' as const,
      height: 32,
      width: 32,
      channels: 3,
    },
    ...{
      classNames: Array.from({ length: 10 }, (_, index) => `class ${index}`),
      trainCount: examples,
      testCount: 1,
      mean: [0.5, 0.5, 0.5],
      sd: [0.2, 0.2, 0.2],
    },
    ...{ sha256: '', sizeBytes: 0, classCounts: [], importedAt: '' },
  };
  let ops: Ops;
  let state: NetworkState;
  beforeAll(async () => {
    ops = await openTensorflow();
    state = initialState(ops, network, randomStream(1, 'weights'));
  });
  afterAll(() => {
    disposeState(ops, state);
    ops.close();
  });

  test.each<OptimizerConfig>([
    { name: 'sgd', ...base },
    { name: 'sam', ...sharpnessAware },
    esam,
    { ...esam, selection: 'random' },
    { ...esam, secondPass: 'gathered' },
  ])('a step of $name keeps to its budget of kernels, copies no float and leaves no handle', (config) => {
    const optimizer = optimizerOf(
      { ops, state, roles: rolesOf(network), clock: noClock, extent },
      config,
      { ...chancesOf(1), uniform: () => 0 }, // everything moves: nothing of a pass is spared
    );
    const augmentation = {
      cropPadding: 4,
      cropMinScale: null,
      cropMaxScale: 1,
      flip: true,
      cutoutSize: 16,
      cutoutProbability: 0.5,
      resolution: null,
    };
    const data = deviceExamples(
      ops,
      info,
      { count: examples, images: pixels, labels: new Uint8Array(examples) },
      augmentation,
    );
    const distortions = randomStream(1, 'augmentation');
    const kernelsOfPasses: number[] = [];
    const step = (): void => {
      const batch = data.batch(
        Int32Array.from({ length: examples }, (_, index) => index),
        distortions,
      );
      const objective = batchObjective(ops, network, state, batch, 0.1, noClock, () => undefined);
      const counted: Objective = {
        ...objective,
        gradients(options) {
          const { kernels } = ops.counters;
          const result = objective.gradients(options);
          kernelsOfPasses.push(ops.counters.kernels - kernels);
          return result;
        },
      };
      disposeReports(ops, optimizer.step(counted, config.learningRate));
      [batch.images, batch.labels].forEach(ops.dispose);
    };

    step(); // the engine makes the constants that it keeps
    const { handles, uploadedFloatBytes } = ops.counters;
    const isGathered = config.name === 'esam' && config.secondPass === 'gathered';
    const called = kernelsCalledBy(ops, step);
    expect(ops.counters).toMatchObject({ handles, uploadedFloatBytes });
    // Forward 72: 20 convolutions and 3 pads before strided ones, 20 BatchNorms, 17 ReLUs, 8 additions, pool, reshape, product, bias.
    // Backward 95: 20 + 19 convolutions, 3 pads and 3 slices, 20 BatchNorms, 17 ReLUs, 8 sums of two paths, pool, reshape, 3 dense.
    // The lab's own kernels do the ReLUs and the additions forward within the BatchNorms: 42 fewer.
    const hasOwnKernels = called('EsamBatchNorm') > 0;
    expect(Math.max(...kernelsOfPasses)).toBeLessThanOrEqual(hasOwnKernels ? 175 - 42 : 175);
    expect(called('Relu') + called('ReluGrad') > 0).toBe(!hasOwnKernels);
    const forwards: Readonly<Record<string, number>> = {
      sgd: 1,
      sam: 2,
      esam: config.name === 'esam' && hasSelectionForward(config) && !isGathered ? 3 : 2,
    };
    expect(called('Conv2D') + called('EsamConv2D')).toBe(20 * (forwards[config.name] ?? NaN));

    data.dispose();
    optimizer.dispose();
  });
});

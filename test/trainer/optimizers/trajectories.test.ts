import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { plainEsam, plainRule, plainSam } from '../../../shared/runConfig.ts';
import type { NetworkState } from '../../../src-main/trainer/engine/layers.ts';
import { mixedPrecisionOps } from '../../../src-main/trainer/engine/mixedPrecision.ts';
import { networkBuilder, rolesOf, type Network } from '../../../src-main/trainer/engine/network.ts';
import type { Ops, Tensor } from '../../../src-main/trainer/engine/ops.ts';
import { referenceOps } from '../../../src-main/trainer/engine/referenceOps.ts';
import { tensorflowOps } from '../../../src-main/trainer/engine/tensorflowOps.ts';
import { wasmOps } from '../../../src-main/trainer/engine/wasmOps.ts';
import { batchObjective } from '../../../src-main/trainer/batchObjective.ts';
import { optimizerOf, type Optimizer, type OptimizerContext } from '../../../src-main/trainer/optimizers/index.ts';
import { disposeReports } from '../../../src-main/trainer/stepRecord.ts';
import { chancesOf, extent, noClock } from '../smallProblem.ts';
import { tensorflowBinding } from '../tensorflow.ts';
import { readSteps, type Case } from './optimizerSteps.ts';

// Three steps each, computed independently in float64 (values rounded to nine digits). Images are [8,8,8,3] NHWC, kernels HWIO.
const { cases } = readSteps();

const network = ((): Network => {
  const build = networkBuilder([8, 8, 3]);
  let x = build.relu(build.batchNorm('bn1', build.conv2d('conv1', build.input, 4, { size: 3 })));
  x = build.relu(build.batchNorm('bn2', build.conv2d('conv2', x, 6, { size: 3, stride: 2 })));
  return build.build(build.dense('dense', build.globalAveragePool(x), 5));
})();

const int64 = (ops: Ops, values: readonly number[]): Tensor => {
  const narrow = ops.upload(Int32Array.from(values), [values.length]);
  const wide = ops.cast(narrow, 'int64');
  ops.dispose(narrow);
  return wide;
};

const deviation = (found: ArrayLike<number>, expected: readonly number[]): number => {
  expect(found.length).toBe(expected.length);
  return Math.max(...expected.map((value, index) => Math.abs(value - (found[index] ?? NaN))));
};
const scaleOf = (values: readonly number[]): number => Math.max(...values.map(Math.abs));

const optimizerFor = (training: OptimizerContext, { config }: Case, perturbed: () => string[]): Optimizer => {
  const { rho = NaN, beta = NaN, gamma = NaN, bnStats: bnStatistics = 'first', perturbation = 'masked-norm' } = config;
  const { learningRate, momentum, weightDecay } = config;
  const rule = { ...plainRule, learningRate, momentum, weightDecay };
  let position = 0;
  const chances = {
    ...chancesOf(0),
    // The mask asks once per tensor, in order: 0 is below every β, 1 is not.
    uniform: () =>
      perturbed().includes(network.parameters[position++ % network.parameters.length]?.name ?? '') ? 0 : 1,
  };
  if (config.optimizer === 'sgd') return optimizerOf(training, { name: 'sgd', ...rule }, chances);
  const sam = { ...rule, ...plainSam, name: 'sam', rho, bnStatistics } as const;
  if (config.optimizer === 'sam') return optimizerOf(training, sam, chances);
  const esam = { ...sam, ...plainEsam, name: 'esam', beta, gamma, perturbation } as const;
  return optimizerOf(training, { ...esam, selection: 'sharpness', secondPass: 'reforward' }, chances);
};

const all = Object.keys(cases);
const ranking = all.filter((name) => cases[name]?.steps[0]?.selected !== undefined);
interface Engine {
  readonly name: string;
  readonly open: () => Ops | Promise<Ops>;
  readonly allowed: (scale: number) => number;
  readonly follows: readonly string[];
}
const engines: Engine[] = [
  // Nine digits are 5e-9 for values from 1 to 10, and that rounding is in the listed start as well as in the listed result.
  { name: 'reference', open: () => referenceOps(), allowed: (scale) => 1e-9 * scale + 1e-8, follows: all },
  {
    name: 'TensorFlow',
    open: async () => tensorflowOps(await tensorflowBinding(), { ownKernels: true }),
    allowed: (scale) => 1e-4 * scale,
    follows: all,
  },
  { name: 'WebAssembly', open: () => wasmOps({ threads: 2 }), allowed: (scale) => 1e-4 * scale, follows: all },
  // Eight bits: 2⁻⁹ a rounding, some twenty roundings deep, in sums that cancel; a close call may keep another example.
  {
    name: 'TensorFlow in bfloat16',
    open: async () => mixedPrecisionOps(tensorflowOps(await tensorflowBinding(), { ownKernels: true })),
    allowed: (scale) => 0.15 * scale + 5e-3,
    follows: all.filter((name) => !ranking.includes(name)),
  },
];

describe.each(engines)('three steps on $name', ({ open, allowed, follows }) => {
  let ops: Ops;
  beforeAll(async () => {
    ops = await open();
  });
  afterAll(() => {
    ops.close();
  });

  test.each([...follows])('%s follows the float64 trajectory', (name) => {
    const trajectory = cases[name];
    if (trajectory === undefined) throw new Error(`No case ${name}.`);
    const handlesBefore = ops.counters.handles;
    const filled = (value: number, count: number): Tensor => ops.upload(new Float64Array(count).fill(value), [count]);
    const state: NetworkState = {
      parameters: network.parameters.map((parameter) => {
        const initial = trajectory.initial[parameter.name];
        if (initial === undefined) throw new Error(`No initial ${parameter.name}.`);
        expect(parameter.shape).toEqual(initial.shape);
        return ops.upload(Float64Array.from(initial.values), initial.shape);
      }),
      statistics: network.statistics.map((channels) => ({ mean: filled(0, channels), variance: filled(1, channels) })),
    };
    const training: OptimizerContext = { ops, state, roles: rolesOf(network), clock: noClock, extent };
    let perturbed: string[] = [];
    const optimizer = optimizerFor(training, trajectory, () => perturbed);
    const close = (found: Tensor | undefined, expected: readonly number[] | undefined): void => {
      if (found === undefined || expected === undefined) throw new Error('Nothing to compare.');
      expect(deviation(ops.download(found), expected)).toBeLessThan(allowed(scaleOf(expected)));
    };

    trajectory.steps.forEach((step, index) => {
      perturbed = [...(step.perturbed ?? [])];
      const images = ops.upload(Float64Array.from(step.images), [8, 8, 8, 3]);
      const labels = int64(ops, step.labels);
      const objective = batchObjective(ops, network, state, { images, labels }, 0, noClock, () => undefined);
      const [report] = optimizer.step(objective, trajectory.config.learningRate);
      if (report === undefined) throw new Error('No report.');

      close(report.lossesBefore, step.lossBefore);
      expect(report.perturbedTensors).toBe(perturbed.length);
      if (step.gradNorm !== undefined) close(report.gradientNorm ?? undefined, [step.gradNorm]);
      if (step.perturbationNorm !== undefined) close(report.perturbationNorm ?? undefined, [step.perturbationNorm]);
      if (step.selected !== undefined) {
        const kept = report.kept === null ? [] : [...ops.download(report.kept)];
        expect(
          kept.sort((a, b) => a - b),
          `selection of step ${index + 1}`,
        ).toEqual(step.selected);
        if (report.sharpness === null) throw new Error('No sharpness.');
        const lossesAfter = ops.add(report.sharpness, report.lossesBefore);
        close(lossesAfter, step.lossAfter);
        ops.dispose(lossesAfter);
      }
      network.parameters.forEach(({ name: parameter }, position) => {
        close(state.parameters[position], step.params[parameter]?.values);
        close(optimizer.memories['rule']?.tensors['velocity']?.[position], step.velocity[parameter]?.values);
      });
      ['bn1', 'bn2'].forEach((layer, position) => {
        close(state.statistics[position]?.mean, step.runningStats[`${layer}.mean`]);
        close(state.statistics[position]?.variance, step.runningStats[`${layer}.var`]);
      });
      [images, labels].forEach(ops.dispose);
      disposeReports(ops, [report]);
    });

    optimizer.dispose();
    state.parameters.forEach(ops.dispose);
    state.statistics.forEach(({ mean, variance }) => [mean, variance].forEach(ops.dispose));
    expect(ops.counters.handles).toBe(handlesBefore);
  });
});

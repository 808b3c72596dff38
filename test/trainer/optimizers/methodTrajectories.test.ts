import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newArm, optimizerSchema, type MethodId, type OptimizerConfig } from '../../../shared/methods/index.ts';
import type { NetworkState } from '../../../src-main/trainer/engine/layers.ts';
import { networkBuilder, rolesOf, type Network } from '../../../src-main/trainer/engine/network.ts';
import type { Ops, Tensor } from '../../../src-main/trainer/engine/ops.ts';
import { disposeState } from '../../../src-main/trainer/initialState.ts';
import { batchObjective } from '../../../src-main/trainer/batchObjective.ts';
import { optimizerOf } from '../../../src-main/trainer/optimizers/index.ts';
import { engines } from '../engines.ts';
import { chancesOf, labelsOf, extent, noClock, readReport } from '../smallProblem.ts';

// Six steps each, computed independently in float64 (values rounded to ten digits). Images are [8,8,8,3] NHWC, kernels HWIO.
type Named<T> = Readonly<Record<string, T>>;
interface Listed {
  readonly shape: readonly number[];
  readonly values: readonly number[];
}
interface Step {
  readonly lossBefore: readonly number[];
  readonly kept?: readonly number[];
  readonly ascends?: boolean;
  readonly params: Named<readonly number[]>;
  readonly runningStats: Named<readonly number[]>;
}
interface Case {
  readonly config: {
    readonly learningRate: number;
    readonly momentum?: number;
    readonly weightDecay: number;
    readonly rho?: number;
  };
  readonly steps: readonly Step[];
}
const { initial, batches, cases } = JSON.parse(readFileSync(new URL('method-steps.json', import.meta.url), 'utf8')) as {
  initial: Named<Listed>;
  batches: readonly { readonly images: readonly number[]; readonly labels: readonly number[] }[];
  cases: Named<Case>;
};

/** Each case as the lab's method and the settings that the case names otherwise; all but ρ and the base rule's are listed here. */
const configs: Named<readonly [MethodId, object]> = {
  nesterov: ['sgd', { nesterov: true }],
  adamw: ['sgd', { rule: { name: 'adamw', beta2: 0.999, epsilon: 1e-8 } }],
  'sam-adamw': ['sam', { rule: { name: 'adamw', beta2: 0.999, epsilon: 1e-8 } }],
  'sam-on': ['sam-on', {}],
  looksam: ['looksam', { interval: 3, alpha: 0.3 }],
  'friendly-sam': ['friendly', { sigma: 1, lambda: 0.6 }],
  vasso: ['vasso', { theta: 0.4 }],
  gsam: ['gsam', { alpha: 0.4 }],
  wsam: ['wsam', { sharpnessWeight: 0.8, coupled: false }],
  'wsam-coupled': ['wsam', { sharpnessWeight: 0.8, coupled: true }],
  'momentum-sam': ['momentum-sam', {}],
  // Three of eight.
  'k-sam': ['k-sam', { gamma: 0.375 }],
  'ae-sam': ['sam', { when: { name: 'gradient-norm', delta: 0.9, lambda1: -1, lambda2: 1 } }],
};

const configOf = (name: string, { config }: Case): OptimizerConfig => {
  const [method, settings] = configs[name] ?? [];
  if (method === undefined) throw new Error(`No method for the case ${name}.`);
  const { learningRate, momentum = 0.9, weightDecay, rho } = config;
  const arm = { ...newArm(method, null), learningRate, momentum, weightDecay, ...(rho !== undefined && { rho }) };
  return optimizerSchema.parse({ ...arm, ...settings });
};

const network = ((): Network => {
  const build = networkBuilder([8, 8, 3]);
  let x = build.relu(build.batchNorm('bn1', build.conv2d('conv1', build.input, 4, { size: 3 })));
  x = build.relu(build.batchNorm('bn2', build.conv2d('conv2', x, 6, { size: 3, stride: 2 })));
  return build.build(build.dense('dense', build.globalAveragePool(x), 5));
})();

/** Largest deviation, relative to the largest value. */
const deviation = (found: ArrayLike<number>, expected: readonly number[]): number => {
  expect(found.length).toBe(expected.length);
  const scale = Math.max(...expected.map(Math.abs));
  return Math.max(...expected.map((value, index) => Math.abs(value - (found[index] ?? NaN)))) / scale;
};

describe.each(engines)('$name', ({ open, tolerance }) => {
  let ops: Ops;
  beforeAll(async () => {
    ops = await open();
  });
  afterAll(() => {
    ops.close();
  });

  test.each(Object.entries(cases))('%s follows the float64 trajectory', (name, trajectory) => {
    const { handles } = ops.counters;
    const filled = (value: number, count: number): Tensor => ops.upload(new Float64Array(count).fill(value), [count]);
    const state: NetworkState = {
      parameters: network.parameters.map((parameter) => {
        const { shape, values } = initial[parameter.name] ?? { shape: [], values: [] };
        expect(parameter.shape).toEqual(shape);
        return ops.upload(Float64Array.from(values), shape);
      }),
      statistics: network.statistics.map((channels) => ({
        mean: filled(0, channels),
        variance: filled(1, channels),
      })),
    };
    const config = configOf(name, trajectory);
    const optimizer = optimizerOf(
      { ops, state, roles: rolesOf(network), clock: noClock, extent },
      config,
      chancesOf(1),
    );
    // Ten digits, in the listed start as well as in what is listed after each step.
    const allowed = Math.max(1e-9, 100 * tolerance);
    trajectory.steps.forEach(({ lossBefore, kept, ascends, params, runningStats }, index) => {
      const batch = batches[index] ?? { images: [], labels: [] };
      const images = ops.upload(Float64Array.from(batch.images), [8, 8, 8, 3]);
      const labels = labelsOf(ops, batch.labels);
      const objective = batchObjective(ops, network, state, { images, labels }, 0, noClock, () => undefined);
      const report = readReport(ops, optimizer.step(objective, config.learningRate));
      if (ascends !== undefined) expect(report.perturbedTensors > 0).toBe(ascends);
      if (kept !== undefined) expect(report.kept?.toSorted((a, b) => a - b)).toEqual(kept);
      // K-SAM's listed losses are of those alone, normalised among themselves; its report has everybody's.
      else expect(deviation(report.lossesBefore ?? [], lossBefore)).toBeLessThan(allowed);
      network.parameters.forEach(({ name: parameter }, position) => {
        const tensor = state.parameters[position];
        const found = tensor === undefined ? [] : ops.download(tensor);
        expect(deviation(found, params[parameter] ?? []), parameter).toBeLessThan(allowed);
      });
      ['bn1', 'bn2'].forEach((layer, position) => {
        const pair = state.statistics[position];
        if (pair === undefined) throw new Error(`No statistics of ${layer}.`);
        expect(deviation(ops.download(pair.mean), runningStats[`${layer}.mean`] ?? [])).toBeLessThan(allowed);
        expect(deviation(ops.download(pair.variance), runningStats[`${layer}.var`] ?? [])).toBeLessThan(allowed);
      });
      [images, labels].forEach(ops.dispose);
    });
    optimizer.dispose();
    disposeState(ops, state);
    expect(ops.counters.handles).toBe(handles);
  });
});

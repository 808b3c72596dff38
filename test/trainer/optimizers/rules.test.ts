import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  plainEsam,
  plainRule,
  plainSam,
  type EsamConfig,
  type OptimizerConfig,
  type SamConfig,
  type SgdConfig,
} from '../../../shared/runConfig.ts';
import { randomStream } from '../../../src-main/trainer/data/rng.ts';
import type { NetworkState } from '../../../src-main/trainer/engine/layers.ts';
import { networkBuilder, rolesOf, type ParameterRole } from '../../../src-main/trainer/engine/network.ts';
import type { Ops, Tensor } from '../../../src-main/trainer/engine/ops.ts';
import { disposeState } from '../../../src-main/trainer/initialState.ts';
import { batchObjective } from '../../../src-main/trainer/objective.ts';
import { optimizerOf, type EsamDraws } from '../../../src-main/trainer/optimizers/index.ts';
import { ruleOf } from '../../../src-main/trainer/optimizers/rules/index.ts';
import { engines } from '../engines.ts';
import { labelsOf, noClock, readReport, readReports, residualNetwork, smallProblem } from '../smallProblem.ts';

type Named<T> = Readonly<Record<string, T>>;
type RuleSettings = Pick<SgdConfig, 'nesterov' | 'decayNormAndBias'>;

const base = { learningRate: 0.1, momentum: 0.9, weightDecay: 0.01, ...plainRule };
/** The rules by what is set in them. */
const rules: Named<RuleSettings> = {
  SGD: plainRule,
  "Nesterov's": { ...plainRule, nesterov: true },
  'SGD that decays kernels alone': { ...plainRule, decayNormAndBias: false },
  "Nesterov's that decays kernels alone": { nesterov: true, decayNormAndBias: false },
};

const sgd: SgdConfig = { name: 'sgd', ...base };
const sam: SamConfig = { ...base, name: 'sam', rho: 0.05, bnStatistics: 'first', ...plainSam };
const esam: EsamConfig = {
  ...sam,
  ...plainEsam,
  name: 'esam',
  beta: 0.6,
  gamma: 0.5,
  perturbation: 'masked-norm',
  selection: 'sharpness',
  secondPass: 'reforward',
};
const seeded = (): EsamDraws => ({
  uniform: randomStream(1, 'mask').uniform,
  subset: randomStream(1, 'selection').subset,
});

// Six steps computed independently in float64 (values rounded to ten digits). Images are [8,8,8,3] NHWC, kernels HWIO.
interface Listed {
  readonly shape: readonly number[];
  readonly values: readonly number[];
}
interface Step {
  readonly lossBefore: readonly number[];
  readonly params: Named<readonly number[]>;
  readonly runningStats: Named<readonly number[]>;
}
interface Case {
  readonly config: { readonly learningRate: number; readonly momentum: number; readonly weightDecay: number };
  readonly steps: readonly Step[];
}
const { initial, batches, cases } = JSON.parse(readFileSync(new URL('rule-steps.json', import.meta.url), 'utf8')) as {
  initial: Named<Listed>;
  batches: readonly { readonly images: readonly number[]; readonly labels: readonly number[] }[];
  cases: Named<Case>;
};
const settingsOf: Named<RuleSettings> = {
  nesterov: { ...plainRule, nesterov: true },
};

const network = (() => {
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

  test.each(Object.entries(cases))('%s follows the float64 trajectory', (name, { config, steps }) => {
    const { handles } = ops.counters;
    const filled = (value: number, count: number): Tensor => ops.upload(new Float64Array(count).fill(value), [count]);
    const state: NetworkState = {
      parameters: network.parameters.map((parameter) => {
        const { shape, values } = initial[parameter.name] ?? { shape: [], values: [] };
        expect(parameter.shape).toEqual(shape);
        return ops.upload(Float64Array.from(values), shape);
      }),
      statistics: network.statistics.map((channels) => ({ mean: filled(0, channels), variance: filled(1, channels) })),
    };
    const { learningRate, momentum, weightDecay } = config;
    const optimizer = optimizerOf(
      { ops, state, roles: rolesOf(network), clock: noClock },
      { name: 'sgd', learningRate, momentum, weightDecay, ...(settingsOf[name] ?? plainRule) },
      seeded(),
    );
    // Ten digits, in the listed start as well as in what is listed after each step; float32 has seven, and six steps to lose some.
    const allowed = Math.max(1e-8, 100 * tolerance);
    steps.forEach(({ lossBefore, params, runningStats }, index) => {
      const batch = batches[index] ?? { images: [], labels: [] };
      const images = ops.upload(Float64Array.from(batch.images), [8, 8, 8, 3]);
      const labels = labelsOf(ops, batch.labels);
      const objective = batchObjective(ops, network, state, { images, labels }, 0, noClock, () => undefined);
      const report = readReport(ops, optimizer.step(objective, learningRate));
      expect(deviation(report.lossesBefore ?? [], lossBefore)).toBeLessThan(allowed);
      network.parameters.forEach(({ name: parameter }, position) => {
        const listed = params[parameter] ?? [];
        const tensor = state.parameters[position];
        const found = tensor === undefined ? [] : ops.download(tensor);
        expect(deviation(found, listed), parameter).toBeLessThan(allowed);
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

  // A gradient that is always 1 on θ₀ = 2 with η = 0.1, μ = 0.5 and λ = 0.1, so that each line is one sum:
  // d = 1 + λ·θ; v ← μ·v + d; θ ← θ − η·v, or θ − η·(d + μ·v).
  //   plain:                 d 1.2, v 1.2, θ 1.88;               d 1.188, v 1.788, θ 1.7012
  //   Nesterov's:            d 1.2, v 1.2, θ 2 − 0.18 = 1.82;     d 1.182, v 1.782, θ 1.82 − 0.2073 = 1.6127
  //   without decay:         v 1, θ 1.9;                          v 1.5, θ 1.75
  //   Nesterov's without:    v 1, θ 2 − 0.15 = 1.85;              v 1.5, θ 1.85 − 0.175 = 1.675
  const roles: readonly ParameterRole[] = ['kernel', 'bias', 'scale', 'offset', 'token', 'positions'];
  const [decayed, free] = [
    { plain: [1.88, 1.7012], nesterov: [1.82, 1.6127] },
    { plain: [1.9, 1.75], nesterov: [1.85, 1.675] },
  ];
  test.each(Object.entries(rules))('two steps of %s by hand, by what a parameter is', (_name, settings) => {
    const { handles } = ops.counters;
    const state: NetworkState = { parameters: roles.map(() => ops.upload(Float64Array.of(2), [1])), statistics: [] };
    const rule = ruleOf(
      { ops, state, roles, clock: noClock },
      { momentum: 0.5, weightDecay: 0.1, nesterov: settings.nesterov, decayNormAndBias: settings.decayNormAndBias },
    );
    for (const step of [0, 1]) {
      rule.apply(
        roles.map(() => ops.upload(Float64Array.of(1), [1])),
        0.1,
      );
      roles.forEach((role, index) => {
        const isFree = !settings.decayNormAndBias && ['bias', 'scale', 'offset'].includes(role);
        const expected = (isFree ? free : decayed)[settings.nesterov ? 'nesterov' : 'plain'][step] ?? NaN;
        const tensor = state.parameters[index];
        const found = tensor === undefined ? NaN : (ops.download(tensor)[0] ?? NaN);
        expect(Math.abs(found - expected), role).toBeLessThan(10 * tolerance);
      });
    }
    rule.dispose();
    state.parameters.forEach(ops.dispose);
    expect(ops.counters.handles).toBe(handles);
  });

  /** Three steps on one batch of a network with convolutions, BatchNorm and a dense layer. */
  const contentsAfter = (config: OptimizerConfig): number[][] => {
    const problem = smallProblem(ops, residualNetwork, 7);
    const optimizer = optimizerOf(problem.training, config, seeded());
    for (let step = 0; step < 3; step++) readReports(ops, optimizer.step(problem.objective, config.learningRate));
    const contents = problem.contents();
    optimizer.dispose();
    problem.dispose();
    return contents;
  };

  test.each(Object.entries(rules))('SAM and ESAM climb under %s and, without a radius, are it', (_name, settings) => {
    const { handles } = ops.counters;
    const contents = contentsAfter({ ...sgd, ...settings });
    expect(contentsAfter({ ...sam, ...settings, rho: 0 })).toEqual(contents);
    expect(contentsAfter({ ...esam, ...settings, rho: 0, gamma: 1 })).toEqual(contents);
    expect(contentsAfter({ ...sam, ...settings })).not.toEqual(contents);
    expect(contentsAfter({ ...esam, ...settings, beta: 1, gamma: 1 })).toEqual(contentsAfter({ ...sam, ...settings }));
    expect(ops.counters.handles).toBe(handles);
  });

  test('every rule gives other parameters than the others', () => {
    const all = Object.values(rules).map((settings) => JSON.stringify(contentsAfter({ ...sgd, ...settings })));
    expect(new Set(all).size).toBe(all.length);
  });
});

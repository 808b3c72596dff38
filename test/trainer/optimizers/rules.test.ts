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
import type { NetworkState } from '../../../src-main/trainer/engine/layers.ts';
import type { ParameterRole } from '../../../src-main/trainer/engine/network.ts';
import type { Ops } from '../../../src-main/trainer/engine/ops.ts';
import { optimizerOf } from '../../../src-main/trainer/optimizers/index.ts';
import { ruleOf } from '../../../src-main/trainer/optimizers/rules/index.ts';
import { engines } from '../engines.ts';
import { chancesOf, extent, noClock, readReports, residualNetwork, smallProblem } from '../smallProblem.ts';

type Named<T> = Readonly<Record<string, T>>;
type RuleSettings = Pick<SgdConfig, 'rule' | 'nesterov' | 'decayNormAndBias'>;

const base = { learningRate: 0.1, momentum: 0.9, weightDecay: 0.01, ...plainRule };
/** The rules by what is set in them. */
const rules: Named<RuleSettings> = {
  SGD: plainRule,
  "Nesterov's": { ...plainRule, nesterov: true },
  'SGD that decays kernels alone': { ...plainRule, decayNormAndBias: false },
  "Nesterov's that decays kernels alone": { ...plainRule, nesterov: true, decayNormAndBias: false },
  AdamW: { ...plainRule, rule: { name: 'adamw', beta2: 0.99, epsilon: 1e-8 } },
  'AdamW that decays kernels alone': {
    rule: { name: 'adamw', beta2: 0.99, epsilon: 1e-8 },
    nesterov: false,
    decayNormAndBias: false,
  },
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

describe.each(engines)('$name', ({ open, tolerance }) => {
  let ops: Ops;
  beforeAll(async () => {
    ops = await open();
  });
  afterAll(() => {
    ops.close();
  });

  // A gradient that is always 1 on θ₀ = 2 with η = 0.1, μ = 0.5 and λ = 0.1, so that each line is one sum:
  // d = 1 + λ·θ; v ← μ·v + d; θ ← θ − η·v, or θ − η·(d + μ·v).
  //   plain:                 d 1.2, v 1.2, θ 1.88;               d 1.188, v 1.788, θ 1.7012
  //   Nesterov's:            d 1.2, v 1.2, θ 2 − 0.18 = 1.82;     d 1.182, v 1.782, θ 1.82 − 0.2073 = 1.6127
  //   without decay:         v 1, θ 1.9;                          v 1.5, θ 1.75
  //   Nesterov's without:    v 1, θ 2 − 0.15 = 1.85;              v 1.5, θ 1.85 − 0.175 = 1.675
  // AdamW: m̂ = ŝ = 1 in every step, so that it moves by η exactly (but for ε), after θ ← 0.99·θ: 1.98 − 0.1, then 1.8612 − 0.1.
  const roles: readonly ParameterRole[] = ['kernel', 'bias', 'scale', 'offset', 'token', 'positions'];
  const [decayed, free] = [
    { plain: [1.88, 1.7012], nesterov: [1.82, 1.6127], adamw: [1.88, 1.7612] },
    { plain: [1.9, 1.75], nesterov: [1.85, 1.675], adamw: [1.9, 1.8] },
  ];
  test.each(Object.entries(rules))('two steps of %s by hand, by what a parameter is', (_name, settings) => {
    const { handles } = ops.counters;
    const state: NetworkState = { parameters: roles.map(() => ops.upload(Float64Array.of(2), [1])), statistics: [] };
    const rule = ruleOf(
      { ops, state, roles, clock: noClock, extent },
      { momentum: 0.5, weightDecay: 0.1, ...settings },
    );
    for (const step of [0, 1]) {
      rule.apply(
        roles.map(() => ops.upload(Float64Array.of(1), [1])),
        0.1,
      );
      roles.forEach((role, index) => {
        const isFree = !settings.decayNormAndBias && ['bias', 'scale', 'offset'].includes(role);
        const kind = settings.rule.name === 'adamw' ? 'adamw' : settings.nesterov ? 'nesterov' : 'plain';
        const expected = (isFree ? free : decayed)[kind][step] ?? NaN;
        const tensor = state.parameters[index];
        const found = tensor === undefined ? NaN : (ops.download(tensor)[0] ?? NaN);
        expect(Math.abs(found - expected), role).toBeLessThan(10 * tolerance + (kind === 'adamw' ? 3e-9 : 0));
      });
    }
    rule.dispose();
    state.parameters.forEach(ops.dispose);
    expect(ops.counters.handles).toBe(handles);
  });

  /** Three steps on one batch of a network with convolutions, BatchNorm and a dense layer. */
  const contentsAfter = (config: OptimizerConfig): number[][] => {
    const problem = smallProblem(ops, residualNetwork, 7);
    const optimizer = optimizerOf(problem.training, config, chancesOf(1));
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

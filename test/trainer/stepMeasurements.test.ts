import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Measurements } from '../../shared/metrics.ts';
import { plainEsam, plainRule, plainSam, type EsamConfig } from '../../shared/runConfig.ts';
import type { Ops } from '../../src-main/trainer/engine/ops.ts';
import { referenceOps } from '../../src-main/trainer/engine/referenceOps.ts';
import { batchObjective } from '../../src-main/trainer/batchObjective.ts';
import { optimizerOf, type Optimizer, type OptimizerContext } from '../../src-main/trainer/optimizers/index.ts';
import { observe } from '../../src-main/trainer/observe.ts';
import { runningSums } from '../../src-main/trainer/runningSums.ts';
import { disposeReports } from '../../src-main/trainer/stepRecord.ts';
import { reference, referenceNetwork, referenceProblem } from './analyses/referenceProblem.ts';
import { engines } from './engines.ts';
import { chancesOf, noClock } from './smallProblem.ts';
import { esam, tinyRun } from './tinyDataset.ts';

const { ascent, linearity, settings } = reference;
const rule = { ...plainRule, learningRate: 0.05, momentum: 0, weightDecay: 0 };

/** What one step of an optimizer on the reference batch measures. */
const measured = (ops: Ops, optimizerOn: (training: OptimizerContext) => Optimizer): Measurements => {
  const { handles } = ops.counters;
  const { training, batch, dispose } = referenceProblem(ops);
  const objective = batchObjective(ops, referenceNetwork, training.state, batch, 0, noClock, () => undefined);
  const optimizer = optimizerOn(training);
  const reports = optimizer.step(objective, 0.05);
  const sums = runningSums(ops, true);
  sums.add(
    1,
    reports.map((report) => ({ report, hits: report.lossesBefore })),
  );
  expect(sums.read()).toBeNull();
  disposeReports(ops, reports);
  optimizer.dispose();
  dispose();
  expect(ops.counters.handles).toBe(handles);
  return sums.latest;
};

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
const random = { ...chancesOf(0), uniform: () => 0, subset: () => Int32Array.from(ascent.kept) };
const esamOf =
  (changes: Partial<EsamConfig>) =>
  (training: OptimizerContext): Optimizer => {
    let position = 0;
    const isChosen = (): boolean =>
      linearity.perturbed.includes(referenceNetwork.parameters[position++ % 8]?.name ?? '');
    const fields = {
      rho: settings.rho,
      beta: 1,
      gamma: 1,
      perturbation: 'masked-norm',
      secondPass: 'reforward',
    } as const;
    return optimizerOf(
      training,
      { ...rule, ...plainEsam, ...fields, name: 'esam', bnStatistics: 'first', selection: 'sharpness', ...changes },
      { ...random, uniform: () => (isChosen() ? 0 : 1) },
    );
  };
const atOne = ascent.t.indexOf(1);

describe.each(engines)('on $name', ({ name, open }) => {
  let ops: Ops;
  beforeAll(async () => {
    ops = await open();
  });
  afterAll(() => ops.close());
  /** Differences of losses keep the absolute error of losses, some 1e-7 in float32. */
  const close = (found: number | null | undefined, expected: number): void => {
    const allowed =
      name === 'the reference engine' ? 1e-9 * Math.abs(expected) + 1e-11 : 1e-4 * Math.abs(expected) + 3e-7;
    expect(Math.abs((found ?? NaN) - expected)).toBeLessThan(allowed);
  };

  test('SAM: gap and non-linearity; it chooses nobody, so that nothing is known of 𝔹⁺', () => {
    const found = measured(ops, (training) =>
      optimizerOf(training, { ...rule, ...plainSam, name: 'sam', rho: settings.rho, bnStatistics: 'first' }, random),
    );
    expect(Object.keys(found)).toEqual(['samGap', 'nonLinearity']);
    close(found.samGap, mean(ascent.delta));
    close(found.nonLinearity, linearity.sam);
  });

  test('stochastic weight perturbation: the non-linearity along ε of the chosen tensors', () => {
    close(measured(ops, esamOf({ beta: settings.beta })).nonLinearity, linearity.swp);
  });

  test.each(['reforward', 'gathered'] as const)(
    'ranked by Δ, %s: both losses of both subsets, Eq. 9 and 10',
    (secondPass) => {
      const found = measured(ops, esamOf({ gamma: settings.gamma, secondPass }));
      close(found.keptLoss, ascent.keptLoss[0] ?? NaN);
      close(found.droppedLoss, ascent.droppedLoss[0] ?? NaN);
      close(found.keptLossAbove, ascent.keptLoss[atOne] ?? NaN);
      close(found.droppedLossAbove, ascent.droppedLoss[atOne] ?? NaN);
      close(found.samGap, mean(ascent.delta));
      close(found.nonLinearity, linearity.sam);
      // 1.27 ≤ 1.86 at θ, and (1.29 + 1.91)/2 ≤ 1.91 at θ+ε.
      expect(found).toMatchObject({ equation9: 1, equation10: 1 });
    },
  );

  test('chosen at random: no pass gives the losses of all at θ+ε, so what needs them is absent', () => {
    const found = measured(ops, esamOf({ gamma: settings.gamma, selection: 'random' }));
    expect(Object.keys(found)).toEqual(['keptLoss', 'droppedLoss', 'keptLossAbove', 'equation9']);
    close(found.keptLoss, ascent.keptLoss[0] ?? NaN);
  });

  test('observed: cosines of subset gradients, which leave parameters and running statistics as they were', () => {
    const { handles } = ops.counters;
    const { training, batch, dispose } = referenceProblem(ops);
    const stateOf = (): number[][] =>
      [
        ...training.state.parameters,
        ...training.state.statistics.flatMap(({ mean, variance }) => [mean, variance]),
      ].map((tensor) => [...ops.download(tensor)]);
    const before = stateOf();
    const optimizer = { ...esam, rho: settings.rho, gamma: settings.gamma };
    const run = { ops, network: referenceNetwork, state: training.state, config: tinyRun({ optimizer }) };
    const found = observe(run, 1, batch, { subset: () => Int32Array.from(reference.subsets.randomIndices) });
    close(found.cosineKept, reference.subsets.kept);
    close(found.cosineDropped, reference.subsets.dropped);
    close(found.cosineRandom, reference.subsets.random);
    expect(stateOf()).toEqual(before);
    dispose();
    expect(ops.counters.handles).toBe(handles);
  });

  test('SGD measures none of them', () => {
    expect(measured(ops, (training) => optimizerOf(training, { ...rule, name: 'sgd' }, random))).toEqual({});
  });
});

test.each([
  { perturbation: 'unnormalized' },
  { perturbation: 'full-norm', beta: 0.6 },
  { adaptive: true },
  { adaptive: true, perturbation: 'full-norm', beta: 0.6 },
] as const)('ε·∇L with %o: what is left of the gap falls with ρ²', (changes) => {
  const ops = referenceOps();
  const at = (rho: number): number => measured(ops, esamOf({ ...changes, rho })).nonLinearity ?? NaN;
  // A slope that is wrong would leave something that falls with ρ: a quarter, not a sixteenth.
  expect(at(4e-5) / at(1e-5)).toBeGreaterThan(14);
  ops.close();
});

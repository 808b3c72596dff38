import { expect, test } from 'vitest';
import { plainEsam, plainRule, plainSam, type OptimizerConfig } from '../../../shared/runConfig.ts';
import { referenceOps } from '../../../src-main/trainer/engine/referenceOps.ts';
import { optimizerOf } from '../../../src-main/trainer/optimizers/index.ts';
import { chainNetwork, chancesOf, readReports, smallProblem } from '../smallProblem.ts';

const base = { learningRate: 0.1, momentum: 0.9, weightDecay: 0.01, ...plainRule };
const sam = { ...base, rho: 0.05, bnStatistics: 'first', ...plainSam } as const;

// θ ← θ − η·v with η = 0 leaves θ as it is: the schedule's rate counts, not the one that the configuration starts with.
test.each<OptimizerConfig>([
  { name: 'sgd', ...base },
  { name: 'sam', ...sam },
  {
    name: 'esam',
    ...sam,
    ...plainEsam,
    beta: 0.6,
    gamma: 0.5,
    perturbation: 'masked-norm',
    selection: 'sharpness',
    secondPass: 'reforward',
  },
])('$name steps at the rate that the schedule says', (config) => {
  const ops = referenceOps();
  const problem = smallProblem(ops, chainNetwork, 3);
  const optimizer = optimizerOf(problem.training, config, chancesOf(0));
  const parameters = () => problem.contents().slice(0, chainNetwork.parameters.length);
  const before = parameters();
  readReports(ops, optimizer.step(problem.objective, 0));
  expect(parameters()).toEqual(before);
  readReports(ops, optimizer.step(problem.objective, 0.1));
  expect(parameters()).not.toEqual(before);
  optimizer.dispose();
  problem.dispose();
});

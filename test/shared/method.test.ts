import { expect, test } from 'vitest';
import { methodIds, methodOf, mostUnits, phaseUnits, predictedUnits } from '../../shared/method.ts';
import { newArm, optimizerSchema } from '../../shared/methods/index.ts';
import { plainEsam, plainRule, plainSam, type EsamConfig, type OptimizerConfig } from '../../shared/runConfig.ts';

const base = { learningRate: 0.1, momentum: 0.9, weightDecay: 0, ...plainRule };
const sam: OptimizerConfig = { name: 'sam', ...base, rho: 0.05, bnStatistics: 'first', ...plainSam };
const esam = (changes: Partial<EsamConfig>): OptimizerConfig => ({
  ...base,
  ...plainEsam,
  name: 'esam',
  rho: 0.05,
  bnStatistics: 'first',
  beta: 0.6,
  gamma: 0.5,
  perturbation: 'masked-norm',
  selection: 'sharpness',
  secondPass: 'reforward',
  ...changes,
});

// In units of a batch's forward pass = activation gradient = weight gradient: 1 + (1 + β) + [selection] + 3γ, and so on.
test.each<[string, OptimizerConfig, number]>([
  ['SGD', { name: 'sgd', ...base }, 3],
  ['SAM', sam, 6],
  ['SAM in every third step', { ...sam, interval: 3 }, (6 + 3 + 3) / 3],
  ['ESAM', esam({}), 1 + 1.6 + 1 + 1.5],
  ['ESAM-SWP, which needs no selection forward', esam({ gamma: 1 }), 1 + 1.6 + 3],
  ['ESAM-SDS', esam({ beta: 1 }), 1 + 2 + 1 + 1.5],
  ['the release at β = γ = 1', esam({ beta: 1, gamma: 1, alwaysRank: true }), 7],
  ['ranked by the first loss', esam({ selection: 'loss' }), 1 + 1.6 + 1.5],
  ['gathered', esam({ secondPass: 'gathered' }), 1 + 1.6 + 1 + 1],
  ['with the norm over all tensors', esam({ perturbation: 'full-norm' }), 1 + 2 + 1 + 1.5],
])('%s is predicted to cost its units, and its phases sum to them', (_name, optimizer, units) => {
  expect(predictedUnits(optimizer)).toBeCloseTo(units, 12);
  expect(Object.values(phaseUnits(optimizer) ?? {}).reduce((sum, phase) => sum + phase, 0)).toBeCloseTo(units, 12);
});

test('no cost is predicted where the data decide how many examples are kept', () => {
  expect(predictedUnits(esam({ selection: 'positive' }))).toBeNull();
  expect(mostUnits(esam({ selection: 'positive' }))).toBeCloseTo(1 + 1.6 + 1 + 3, 12); // all of them, and ranked
  expect(mostUnits(esam({}))).toBe(predictedUnits(esam({})));
});

test('ESAM with only one of its parts goes by that name', () => {
  expect([esam({}), esam({ gamma: 1 }), esam({ beta: 1 }), sam].map(methodOf)).toEqual([
    'esam',
    'esam-swp',
    'esam-sds',
    'sam',
  ]);
});

test.each(methodIds)(
  'a new arm by the name %s is a whole configuration, and keeps what it shares with another',
  (id) => {
    const fresh = newArm(id, null);
    expect(optimizerSchema.parse(fresh)).toEqual(fresh);
    expect(methodOf(fresh)).toBe(id);
    const like = esam({ learningRate: 0.3, rho: 0.7, nesterov: true, selection: 'loss', beta: 0.9, gamma: 0.9 });
    const arm = newArm(id, like);
    expect(methodOf(arm)).toBe(id);
    expect(arm).toMatchObject({ learningRate: 0.3, nesterov: true });
    expect('rho' in arm ? arm.rho : 0.7).toBe(0.7);
    expect('selection' in arm ? arm.selection : 'loss').toBe('loss');
    expect(newArm(id, newArm('sgd', arm))).toMatchObject({ learningRate: 0.3, nesterov: true });
  },
);

import { expect, test } from 'vitest';
import {
  experimentalNote,
  gathers,
  methodIds,
  methodOf,
  mostUnits,
  movesNormalisations,
  phaseUnits,
  predictedUnits,
  tensorShareOf,
  type MethodId,
} from '../../shared/method.ts';
import { lookOf, newArm, optimizerSchema } from '../../shared/methods/index.ts';
import { withChosenTimes } from '../../shared/methods/when.ts';
import { plainEsam, plainRule, plainSam, type EsamConfig, type OptimizerConfig } from '../../shared/runConfig.ts';
import { withField } from '../../shared/settingFields.ts';

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

const trained = (optimizer: OptimizerConfig, epochs = 100) => ({ optimizer, epochs });

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
  ['gathered, where nothing is left out', esam({ secondPass: 'gathered', gamma: 1 }), 1 + 1.6 + 3],
  ['with the norm over all tensors', esam({ perturbation: 'full-norm' }), 1 + 2 + 1 + 1.5],
])('%s is predicted to cost its units, and its phases sum to them', (_name, optimizer, units) => {
  expect(predictedUnits(trained(optimizer))).toBeCloseTo(units, 12);
  expect(Object.values(phaseUnits(trained(optimizer)) ?? {}).reduce((sum, phase) => sum + phase, 0)).toBeCloseTo(
    units,
    12,
  );
});

const of = (id: MethodId, settings: object = {}): OptimizerConfig =>
  optimizerSchema.parse({ ...newArm(id, null), ...settings });
/** Every axis as SAM has it. */
const asSam = { moves: { name: 'all' }, descent: { name: 'above' } };
test.each<[string, OptimizerConfig, number]>([
  ['LookSAM', of('looksam'), 3 + 3 / 5],
  ['F-SAM', of('friendly'), 6],
  ['VaSSO', of('vasso'), 6],
  ['GSAM', of('gsam'), 6],
  ['WSAM', of('wsam'), 6],
  ['MSAM', of('momentum-sam'), 3],
  ['SAM-ON', of('sam-on'), 5],
  ['K-SAM', of('k-sam'), 1 + 6 * 0.5],
  ['K-SAM of all', of('k-sam', { gamma: 1 }), 6],
  ['SAM at random', of('sam', { when: { name: 'random', probability: 0.25 } }), 3 + 3 * 0.25],
  ['SWP with GSAM, which needs every gradient at θ', of('composed'), 6],
  ['SWP of SAM', of('composed', { descent: { name: 'above' } }), 1 + 1.6 + 3],
  ['against the momentum', of('composed', { ...asSam, direction: { name: 'against-momentum' } }), 3],
  ['along the last gradient', of('composed', { ...asSam, direction: { name: 'last-gradient' } }), 3],
  [
    'normalisations on half of the examples, in every second step',
    of('composed', {
      ...asSam,
      moves: { name: 'normalisations' },
      examples: { name: 'rising', gamma: 0.5, selection: 'loss', secondPass: 'reforward' },
      interval: 2,
    }),
    (1 + 1 + 1.5 + 3) / 2,
  ],
  [
    'normalisations on the half of largest loss',
    of('composed', {
      ...asSam,
      moves: { name: 'normalisations' },
      examples: { name: 'largest-loss', gamma: 0.5 },
    }),
    1 + 0.5 * 2 + 0.5 * 3,
  ],
  ['late SAM', of('sam', { when: { name: 'late' } }), 3 + 3 * 0.05],
])('%s is predicted to cost its units', (_name, optimizer, units) => {
  expect(predictedUnits(trained(optimizer))).toBeCloseTo(units, 12);
});

test('a late method costs what the epochs in which it climbs do, a share of them rounded up', () => {
  const late = of('sam', { when: { name: 'late', share: 0.05 } });
  const climbs: [epochs: number, climbing: number][] = [
    [100, 5],
    [40, 2],
    [25, 2],
    [1, 1],
  ];
  for (const [epochs, climbing] of climbs)
    expect(predictedUnits(trained(late, epochs))).toBeCloseTo(3 + (3 * climbing) / epochs, 12);
});

test('what the gradient decides has no predicted cost, but a most one', () => {
  const config = of('esam', { when: { name: 'gradient-norm' } });
  expect(predictedUnits(trained(config))).toBeNull();
  expect(mostUnits(trained(config))).toBeCloseTo(1 + 2 + 1 + 1.5, 12); // all tensors get a gradient
});

test('no two methods have the same colour, name or help', () => {
  const looks = methodIds.map(lookOf);
  expect(new Set(looks.map(({ color }) => color)).size).toBe(looks.length);
  expect(new Set(looks.map(({ label }) => label)).size).toBe(looks.length);
  expect(new Set(looks.map(({ help }) => help)).size).toBe(looks.length);
});

const against = { ...asSam, direction: { name: 'against-momentum' } };
const blind = { ...asSam, direction: { name: 'random' } };
const someExamples = { name: 'largest-loss', gamma: 0.5 };
test.each<[string, MethodId, object, string]>([
  ['two schedules', 'sam', { interval: 2, when: { name: 'late' } }, 'interval'],
  ['an unknown last pass', 'esam', { bnStatistics: 'last', when: { name: 'gradient-norm' } }, 'bnStatistics'],
  ['a norm of parts', 'sam', { sharpnessBatch: 4, when: { name: 'gradient-norm' } }, 'sharpnessBatch'],
  ['MSAM without momentum', 'momentum-sam', { momentum: 0 }, 'momentum'],
  ['MSAM’s direction without momentum', 'composed', { ...against, momentum: 0 }, 'momentum'],
  ['MSAM by a gradient it has not', 'momentum-sam', { when: { name: 'gradient-norm' } }, 'when.name'],
  ['K-SAM by the gradient of some', 'k-sam', { when: { name: 'gradient-norm' } }, 'when.name'],
  ['LookSAM’s descent of every step', 'composed', { descent: { name: 'looksam', alpha: 0.1 } }, 'interval'],
  ['SWP of a mean', 'composed', { direction: { name: 'moving-mean', theta: 0.9 } }, 'moves.name'],
  ['a blind climb ranked by losses at θ', 'composed', { ...blind, examples: someExamples }, 'examples.name'],
  [
    'a blind climb that g is combined with',
    'composed',
    { ...blind, descent: { name: 'gsam', alpha: 0.4 } },
    'descent.name',
  ],
  ['a blind climb by the gradient norm', 'composed', { ...blind, when: { name: 'gradient-norm' } }, 'when.name'],
  [
    'the norm of some examples’ gradient',
    'composed',
    { ...asSam, examples: someExamples, when: { name: 'gradient-norm' } },
    'when.name',
  ],
  ['a smallest ρ above ρ', 'gsam', { rhoMin: 1 }, 'rhoMin'],
  ['a smallest ρ above ρ, composed', 'composed', { rhoMin: 1 }, 'rhoMin'],
])('%s is refused at its field, with the reason', (_title, id, settings, path) => {
  const parsed = optimizerSchema.safeParse({ ...newArm(id, null), ...settings });
  expect(parsed.error?.issues.map((issue) => issue.path.join('.'))).toEqual([path]);
  expect(parsed.error?.issues[0]?.message).toMatch(/.{30}/);
});

test('whoever chooses "every n-th step" begins with n = 5, and n goes with no other schedule', () => {
  const chosen = (config: OptimizerConfig, name: string) =>
    optimizerSchema.parse(withChosenTimes(withField(config, 'when.name', name)));
  const randomly = of('sam', { when: { name: 'random' } });
  expect(chosen(randomly, 'every')).toEqual(of('sam', { interval: 5 }));
  expect(chosen(of('looksam'), 'random')).toEqual(of('looksam', { interval: 1, when: { name: 'random' } }));
  expect(chosen(chosen(of('esam', { interval: 3 }), 'late'), 'every')).toEqual(of('esam', { interval: 5 }));
  expect(withChosenTimes(of('sgd'))).toEqual(of('sgd'));
  expect(optimizerSchema.parse({ ...of('sam'), interval: undefined, when: undefined })).toEqual(of('sam')); // as ever: 1
});

test('what nobody has published is called an experiment', () => {
  const randomly = { when: { name: 'random' } };
  expect([of('sam', randomly), of('gsam'), of('looksam')].map(experimentalNote)).toEqual([null, null, null]);
  for (const config of [
    of('esam', randomly),
    of('gsam', randomly),
    of('looksam', { interval: 1, ...randomly }),
    of('esam', { interval: 2 }),
    of('esam', { adaptive: true }),
    of('sam', { adaptive: true, ...randomly }),
  ])
    expect(experimentalNote(config)).not.toBeNull();
  expect([of('sam', { adaptive: true }), of('sam', { interval: 2 })].map(experimentalNote)).toEqual([null, null]);
});

test('a composition is an experiment unless it is a published method by another name', () => {
  const rising = { name: 'rising' };
  const same = [
    { ...asSam },
    { ...asSam, direction: { name: 'moving-mean' } },
    { ...asSam, moves: { name: 'share' }, examples: rising },
    { ...asSam, descent: { name: 'looksam' }, interval: 5 },
    { ...asSam, descent: { name: 'looksam' }, when: { name: 'gradient-norm' } },
    { ...asSam, adaptive: true },
    { ...asSam, moves: { name: 'normalisations' }, adaptive: true },
    { ...asSam, sharpnessBatch: 64 },
    against,
    { ...asSam, adaptive: true, sharpnessBatch: 64 },
    { ...asSam, moves: { name: 'share' }, examples: rising, sharpnessBatch: 64 },
    { ...asSam, rhoMin: 0.01 },
    { ...asSam, descent: { name: 'gsam' }, rhoMin: 0.01 },
  ];
  const others = [
    {},
    blind,
    { ...against, adaptive: true },
    { ...asSam, direction: { name: 'away-from-mean' }, examples: rising },
    // The same axes as ESAM's and LookSAM's, chosen otherwise.
    { ...asSam, moves: { name: 'normalisations' }, examples: { name: 'largest-loss' } },
    { ...asSam, descent: { name: 'gsam' }, when: { name: 'random' } },
    { ...asSam, descent: { name: 'looksam' }, when: { name: 'late' } },
    { ...asSam, descent: { name: 'gsam' }, adaptive: true },
    { ...asSam, descent: { name: 'wsam' }, rhoMin: 0.01 },
    { ...asSam, descent: { name: 'gsam' }, sharpnessBatch: 64 },
    { ...asSam, direction: { name: 'moving-mean' }, sharpnessBatch: 64 },
  ];
  expect(same.map((axes) => experimentalNote(of('composed', axes)))).toEqual(same.map(() => null));
  for (const axes of others) expect(experimentalNote(of('composed', axes))).toMatch(/nobody has published/);
});

test('a method tells whether it draws tensors, moves normalisations alone, or gathers', () => {
  const half = { name: 'rising', gamma: 0.5, selection: 'loss', secondPass: 'gathered' };
  const configs = [
    ...methodIds.map((id) => of(id)),
    esam({ secondPass: 'gathered' }),
    esam({ secondPass: 'gathered', gamma: 1 }),
    of('composed', { ...asSam, examples: half }),
    of('composed', { ...asSam, examples: { ...half, gamma: 1 } }),
    of('composed', { ...asSam, moves: { name: 'normalisations' } }),
  ];
  const told = (is: (config: OptimizerConfig) => boolean): string[] =>
    configs.flatMap((config, index) =>
      is(config) ? [methodIds[index] ?? `${methodOf(config)} ${index - methodIds.length}`] : [],
    );
  expect(told(gathers)).toEqual(['esam 0', 'composed 2']);
  expect(told(movesNormalisations)).toEqual(['sam-on', 'composed 4']);
  expect(told((config) => tensorShareOf(config) !== null)).toEqual([
    ...['esam', 'esam-swp', 'esam-sds', 'composed', 'esam 0'],
    'esam-swp 1',
  ]);
  expect(tensorShareOf(esam({ beta: 0.3 }))).toEqual({ beta: 0.3, path: 'optimizer.beta' });
  expect(tensorShareOf(of('composed', { moves: { name: 'share', beta: 0.2 } }))).toEqual({
    beta: 0.2,
    path: 'optimizer.moves.beta',
  });
});

test('no cost is predicted where the data decide how many examples are kept', () => {
  expect(predictedUnits(trained(esam({ selection: 'positive' })))).toBeNull();
  expect(mostUnits(trained(esam({ selection: 'positive' })))).toBeCloseTo(1 + 1.6 + 1 + 3, 12); // all of them, and ranked
  expect(mostUnits(trained(esam({})))).toBe(predictedUnits(trained(esam({}))));
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
    // ρ is another distance where a method begins with another one.
    if ('rho' in arm) expect(arm.rho).toBe('rho' in fresh && fresh.rho === 0.05 ? 0.7 : 'rho' in fresh && fresh.rho);
    expect('selection' in arm ? arm.selection : 'loss').toBe('loss');
    expect(newArm(id, newArm('sgd', arm))).toMatchObject({ learningRate: 0.3, nesterov: true });
  },
);

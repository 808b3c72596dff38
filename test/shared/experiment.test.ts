import fc from 'fast-check';
import { expect, test } from 'vitest';
import { expand, expandGroups, experimentSchema, fieldOfSetting } from '../../shared/experiment.ts';
import { gridText } from '../../shared/gridText.ts';
import { canonicalJson, optimizerSchema, runConfigSchema, scheduleOf } from '../../shared/runConfig.ts';
import { settingPathOf, unknownPath, withSetting } from '../../shared/settingPaths.ts';
import { esam, experimentOf, sam, sgd } from '../lab/fixtures/configs.ts';

const issuesOf = (experiment: unknown): [path: string, message: string][] =>
  (experimentSchema.safeParse(experiment).error?.issues ?? []).map(({ path, message }) => [path.join('.'), message]);

test('seeds outside, the first axis outermost, arms inside; an arm without the setting is run once', () => {
  const axes = [
    { path: 'epochs', values: [1, 2] },
    { path: 'optimizer.rho', values: [0.1, 0.2] },
  ];
  const runs = expand(experimentSchema.parse(experimentOf({ arms: [sgd, sam], axes, seeds: [7, 8] })));
  expect(
    runs.map(({ seed, epochs, optimizer }) => [seed, epochs, optimizer.name === 'sgd' ? null : optimizer.rho]),
  ).toEqual([7, 8].flatMap((seed) => [1, 2].flatMap((epochs) => [null, 0.1, 0.2].map((rho) => [seed, epochs, rho]))));
});

test('each run comes once, every seed has every group, and every configuration is valid', () => {
  const distinct = <T>(values: fc.Arbitrary<T>) => fc.uniqueArray(values, { minLength: 1, maxLength: 4 });
  const experiments = fc.record({
    arms: fc.array(fc.constantFrom(sgd, sam, esam), { minLength: 1, maxLength: 4 }),
    epochs: distinct(fc.integer({ min: 1, max: 9 })),
    rates: distinct(fc.integer({ min: 1, max: 9 })),
    seeds: distinct(fc.nat(100)),
  });
  fc.assert(
    fc.property(experiments, ({ arms, epochs, rates, seeds }) => {
      const axes = [
        { path: 'epochs', values: epochs },
        { path: 'optimizer.learningRate', values: rates },
      ];
      const experiment = experimentSchema.parse(experimentOf({ arms, axes, seeds }));
      const runs = expand(experiment);
      expect(runs).toHaveLength(new Set(arms).size * epochs.length * rates.length * seeds.length);
      expect(new Set(runs.map(canonicalJson)).size).toBe(runs.length);
      expect(runs).toEqual(seeds.flatMap((seed) => expandGroups(experiment).map((group) => ({ ...group, seed }))));
      for (const run of runs) expect(runConfigSchema.safeParse(run).success).toBe(true);
    }),
    { numRuns: 30 },
  );
});

test('an experiment from before there were axes is read as having none', () => {
  const { axes: _, ...old } = experimentOf();
  expect(experimentSchema.parse(old)).toEqual(experimentOf());
});

test('a network with settings brings its defaults, and takes them along when another one is chosen', () => {
  const [base] = expandGroups(experimentSchema.parse(experimentOf({ arms: [sgd] })));
  if (base === undefined) throw new Error('one arm is one group');
  const deep = withSetting(base, 'model.id', 'deep-mlp');
  expect(deep?.model).toEqual({ id: 'deep-mlp', layers: 10, width: 256, wiring: 'serial' });
  if (deep === null) throw new Error('every run has a network');
  expect(withSetting(deep, 'model.layers', 50)?.model).toMatchObject({ layers: 50 });
  expect(withSetting(deep, 'model.id', 'mlp')?.model).toEqual({ id: 'mlp' });
  expect(withSetting(base, 'model.layers', 50)).toBeNull();
  expect(settingPathOf('model')).toBe('model.id');
});

test('what is wrong with an axis stands at its field', () => {
  const withAxes = (...axes: [path: string, values: unknown[]][]) => ({
    ...experimentOf({ arms: [sgd] }),
    axes: axes.map(([path, values]) => ({ path, values })),
  });
  expect(issuesOf(withAxes(['epoch', [1]]))).toEqual([['axes.0.path', expect.stringContaining('near it are epochs')]]);
  expect(issuesOf(withAxes(['optimizer.rho', [1]]))).toEqual([['axes.0.path', expect.stringContaining('no method')]]);
  expect(issuesOf(withAxes(['epochs', [1]], ['epochs', [2]]))).toEqual([['axes.1.path', expect.any(String)]]);
  expect(issuesOf(withAxes(['epochs', [1, 0]]))).toEqual([['axes.0.values.1', '0 must be at least 1']]);
  expect(issuesOf(withAxes(['seed', [1]]))[0]?.[0]).toBe('axes.0.path');
  const hundred = Array.from({ length: 100 }, (_, index) => index + 1);
  expect(issuesOf(withAxes(['epochs', hundred], ['batchSize', hundred], ['logEvery', [1, 2]]))).toEqual([
    ['axes', expect.stringContaining('20,000 runs')],
  ]);
});

test('an axis has what a choice on an axis before it brings, and not what it leaves out', () => {
  const when = { path: 'optimizer.when.name', values: ['every', 'random'] };
  const probability = { path: 'optimizer.when.probability', values: [0.2, 0.7] };
  const groups = expandGroups(experimentSchema.parse(experimentOf({ arms: [sgd, sam], axes: [when, probability] })));
  // SGD and SAM in every step once each; SAM at random with either probability.
  expect(groups.map(({ optimizer }) => ('when' in optimizer ? optimizer.when : null))).toEqual([
    null,
    { name: 'every' },
    { name: 'random', probability: 0.2 },
    { name: 'random', probability: 0.7 },
  ]);
  expect(issuesOf(experimentOf({ arms: [sgd, sam], axes: [probability, when] }))).toEqual([
    ['axes.0.path', expect.stringContaining('no method of this experiment has')],
  ]);
  const wrong = { ...probability, values: [0.2, 1.5] };
  expect(issuesOf(experimentOf({ arms: [sam], axes: [when, wrong] }))).toEqual([
    ['axes.1.values.1', '1.5 must be at most 1'],
  ]);
});

test.each(['step', 'warmup'] as const)('the schedule %s on an axis comes with what it begins with', (name) => {
  const axes = [{ path: 'schedule.name', values: ['cosine', name] }];
  const groups = expandGroups(experimentSchema.parse(experimentOf({ arms: [sgd], axes })));
  expect(groups.map(({ schedule }) => schedule)).toEqual([{ name: 'cosine' }, scheduleOf(name)]);
});

test('values are written as a list, or as one text like those of the form and of --sweep', () => {
  const withRho = (values: unknown) => ({
    ...experimentOf({ arms: [sam] }),
    axes: [{ path: 'optimizer.rho', values }],
  });
  expect(experimentSchema.parse(withRho('0.1:0.3:0.1'))).toEqual(experimentSchema.parse(withRho([0.1, 0.2, 0.3])));
  expect(experimentSchema.parse(withRho('log:0.01:1:3, 2'))).toEqual(
    experimentSchema.parse(withRho([0.01, 0.1, 1, 2])),
  );
  expect(issuesOf(withRho('0.3:0.1:0.1'))).toEqual([['axes.0.values', expect.stringContaining('has no values')]]);
});

test('what has a list of its own is said to, in place of settings that are written alike', () => {
  expect(unknownPath('seed')).toContain('--seeds');
  expect(unknownPath('optimizer.name')).toContain('“arms”');
});

test('a path is found by its last part, or by its first', () => {
  expect(['rho', 'model', 'schedule', 'epochs', 'dataset.labelNoise', 'rule', 'nothing'].map(settingPathOf)).toEqual([
    'optimizer.rho',
    'model.id',
    'schedule.name',
    'epochs',
    'dataset.labelNoise',
    'optimizer.rule.name',
    null,
  ]);
});

test('an axis of rules gives whole configurations, and what a rule has not is refused where it is said', () => {
  const axes = [{ path: 'optimizer.rule.name', values: ['sgd', 'adamw'] }];
  const groups = expandGroups(experimentSchema.parse(experimentOf({ arms: [sgd], axes })));
  expect(groups.map(({ optimizer }) => optimizer.rule)).toEqual([
    { name: 'sgd' },
    { name: 'adamw', beta2: 0.999, epsilon: 1e-8 },
  ]);
  for (const group of groups) expect(runConfigSchema.parse({ ...group, seed: 0 })).toEqual({ ...group, seed: 0 });
  const nesterov = { ...sgd, rule: { name: 'adamw', beta2: 0.999, epsilon: 1e-8 } as const, nesterov: true };
  expect(issuesOf(experimentOf({ arms: [nesterov] }))).toEqual([
    ['arms.0.nesterov', expect.stringContaining('AdamW has no Nesterov momentum')],
  ]);
});

// Before there was a choice of rules everything was SGD: what was written then stays the very same configuration.
test('a configuration from before a setting was there is the one with its default', () => {
  const { rule: _, ...old } = sgd;
  expect(experimentSchema.parse({ ...experimentOf(), arms: [old] })).toEqual(experimentOf({ arms: [sgd] }));
});

test('an axis is taken whichever of the methods has its setting, in whatever order, and the product says which have', () => {
  const late = optimizerSchema.parse({ ...sam, when: { name: 'late' } });
  const axes = [{ path: 'optimizer.when.share', values: [0.1, 0.5] }];
  for (const arms of [
    [late, sam],
    [sam, late],
  ]) {
    const experiment = experimentSchema.parse(experimentOf({ arms, axes, seeds: [1] }));
    expect(expand(experiment)).toHaveLength(3);
    expect(gridText(experiment)).toContain('1 method × 2 values of');
  }
  // A choice that another axis makes brings the setting.
  const chosen = [{ path: 'optimizer.when.name', values: ['late', 'every'] }, ...axes];
  const both = experimentSchema.parse(experimentOf({ arms: [sam], axes: chosen, seeds: [1] }));
  expect(gridText(both)).toMatch(/^1 method × 2 values of .+ × 2 values of .+ × 1 seed$/);
});

// What an arm overrides.

const longer = { ...sgd, overrides: { epochs: 9 } };

test('an arm has what it overrides instead of what is shared, and axes and seeds like the others', () => {
  const axes = [{ path: 'batchSize', values: [5, 10] }];
  const experiment = experimentSchema.parse(experimentOf({ arms: [sgd, longer, sam], axes, seeds: [0, 1] }));
  expect(
    expand(experiment).map(({ seed, batchSize, epochs, optimizer }) => [seed, batchSize, epochs, optimizer]),
  ).toEqual(
    [0, 1].flatMap((seed) =>
      [5, 10].flatMap((batchSize) => [
        [seed, batchSize, 3, sgd],
        [seed, batchSize, 9, sgd],
        [seed, batchSize, 3, sam],
      ]),
    ),
  );
  expect(gridText(experiment)).toBe('3 methods × 2 values of batch size × 2 seeds');
});

test('an overriding choice brings its settings, which can be overridden and varied too', () => {
  const { warmupEpochs: _, ...schedule } = { warmupEpochs: 0, ...scheduleOf('warmup') };
  const warm = { ...sam, overrides: { 'schedule.warmupEpochs': 2, 'schedule.name': 'warmup' } };
  const groups = expandGroups(experimentSchema.parse(experimentOf({ arms: [sgd, warm] })));
  expect(groups.map((group) => group.schedule)).toEqual([{ name: 'constant' }, { ...schedule, warmupEpochs: 2 }]);
  const { 'schedule.warmupEpochs': _own, ...choice } = warm.overrides;
  const axes = [{ path: 'schedule.warmupEpochs', values: [1, 2] }];
  const varied = experimentSchema.parse(experimentOf({ arms: [sgd, { ...sam, overrides: choice }], axes }));
  expect(expandGroups(varied).map((group) => group.schedule)).toEqual([
    { name: 'constant' },
    { ...schedule, warmupEpochs: 1 },
    { ...schedule, warmupEpochs: 2 },
  ]);
  expect(gridText(varied)).toBe('(1 method + 1 method × 2 values of warm-up) × 1 seed');
});

test.for<[what: string, overrides: object, words: string]>([
  ['epoch', { epoch: 3 }, 'near it are epochs'],
  ['optimizer.rho', { 'optimizer.rho': 1 }, 'is a setting of the method itself'],
  ['batchSize', { batchSize: 5 }, 'is an axis of the experiment'],
  ['schedule.milestones', { 'schedule.milestones': 5 }, 'is a list'],
  ['schedule.warmupEpochs', { 'schedule.warmupEpochs': 2 }, 'is a setting that this method has not'],
  ['epochs', { epochs: 0 }, 'must be at least 1'],
  ['model.id', { 'model.id': 'nothing' }, 'must be “mlp”'],
])('what is wrong with an override stands at its field: %s', ([path, overrides, words]) => {
  const axes = [{ path: 'batchSize', values: [5, 10] }];
  expect(issuesOf(experimentOf({ arms: [sgd, { ...sam, overrides: { ...overrides } }], axes }))).toEqual([
    [`arms.1.overrides.${path}`, expect.stringContaining(words)],
  ]);
});

test('a setting of a configuration stands where its arm, an axis, or all methods say it', () => {
  const axes = [{ path: 'optimizer.rho', values: [0.1, 0.2] }];
  const experiment = experimentSchema.parse(experimentOf({ arms: [sgd, longer, sam], axes }));
  const fields = expandGroups(experiment).map((group) =>
    ['epochs', 'optimizer.momentum', 'optimizer.rho'].map((path) => fieldOfSetting(experiment, path, group)),
  );
  const swept = ['shared.epochs', 'arms.2.momentum', 'axes.0.values'];
  expect(fields).toEqual([
    ['shared.epochs', 'arms.0.momentum', 'axes.0.values'],
    ['arms.1.overrides.epochs', 'arms.1.momentum', 'axes.0.values'],
    swept,
    swept,
  ]);
});

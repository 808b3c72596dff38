import { expect, test } from 'vitest';
import { experimentSchema } from '../../shared/experiment.ts';
import { fieldWords } from '../../shared/fieldWords.ts';
import { checkExperiment, errorSentence } from '../../src-renderer/fieldErrors.ts';
import { parseConfig } from '../../src-main/cli/configErrors.ts';
import { experimentOf, sam, shared } from '../lab/fixtures/configs.ts';

const rhoAxis = (...values: unknown[]) => ({
  ...experimentOf(),
  arms: [sam],
  axes: [{ path: 'optimizer.rho', values }],
});
const wrong: readonly (readonly [what: string, experiment: unknown, path: string, words: string])[] = [
  ['a number as text', { ...experimentOf(), shared: { ...shared, epochs: '5' } }, 'shared.epochs', 'must be a number'],
  [
    'half an epoch',
    { ...experimentOf(), shared: { ...shared, epochs: 2.5 } },
    'shared.epochs',
    'must be a whole number',
  ],
  [
    'a slip of the pen',
    { ...experimentOf(), shared: { ...shared, epoch: 5 } },
    'shared',
    'knows no “epoch”; near it is “epochs”',
  ],
  ['a missing field', { ...experimentOf(), seeds: undefined }, 'seeds', 'is missing'],
  [
    'a word for a choice',
    { ...experimentOf(), shared: { ...shared, precision: 'fp16' } },
    'shared.precision',
    'must be “float32” or “bfloat16”',
  ],
  [
    'an unknown schedule',
    { ...experimentOf(), shared: { ...shared, schedule: { name: 'x' } } },
    'shared.schedule.name',
    'must be “cosine”, “constant”, “step” or “warmup”',
  ],
  [
    'too many seeds',
    { ...experimentOf(), seeds: Array.from({ length: 101 }, (_, seed) => seed) },
    'seeds',
    'must hold at most 100 values',
  ],
  ['an axis below its range', rhoAxis(-0.5), 'axes.0.values.0', '-0.5 must be at least 0'],
  ['an axis of words', rhoAxis('a'), 'axes.0.values.0', '“a” must be a number'],
  [
    'a list as an axis',
    { ...experimentOf(), axes: [{ path: 'schedule.milestones', values: [1] }] },
    'axes.0.path',
    'is a list, and an axis takes single values: it can only be set',
  ],
];

test.each(wrong)('%s is told in words, the same in the form and on the command line', (_, experiment, path, words) => {
  const { error } = experimentSchema.safeParse(experiment, { error: fieldWords });
  expect(error?.issues.map((issue) => [issue.path.join('.'), issue.message])).toEqual([[path, words]]);
  expect(checkExperiment(experiment).errors).toEqual([{ path, message: words }]);
  const said = path.startsWith('axes') ? /axis (optimizer\.rho: |schedule\.milestones )/ : `${path} ${words}`;
  expect(() => parseConfig(experimentSchema, experiment, 'x.json')).toThrow(said);
  expect(() => parseConfig(experimentSchema, experiment, 'x.json')).toThrow(words);
});

test('a sentence reads on from the label where its words do', () => {
  expect(errorSentence('Epochs', 'must be a number')).toBe('Epochs must be a number');
  expect(errorSentence('Epochs', 'is missing')).toBe('Epochs is missing');
  expect(errorSentence('ρ', '“a” must be a number')).toBe('“a” must be a number');
});

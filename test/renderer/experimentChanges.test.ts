import { expect, test } from 'vitest';
import { experimentChanges } from '../../src-renderer/experimentChanges.ts';
import { checkExperiment, errorSentence } from '../../src-renderer/fieldErrors.ts';
import { esam, experimentOf, sgd, shared } from '../lab/fixtures/configs.ts';

test('an experiment is told by what differs from another, in the words of the settings', () => {
  const before = experimentOf();
  expect(experimentChanges(before, experimentOf({ name: 'Another name' }))).toEqual([]);
  const after = experimentOf({ shared: { ...shared, epochs: 5 }, arms: [sgd, esam], seeds: [0, 1] });
  expect(experimentChanges(before, after)).toEqual(['epochs 3 → 5', 'methods', 'seeds']);
});

test('methods that are the same are told by their settings, once where all changed alike', () => {
  const before = experimentOf({ arms: [sgd, esam] });
  const changed = (...arms: (typeof before.arms)[number][]): string[] =>
    experimentChanges(before, experimentOf({ arms }));
  const learningRate = `learning rate ${sgd.learningRate} → 0.7`;
  expect(changed({ ...sgd, learningRate: 0.7 }, esam)).toEqual([`SGD ${learningRate}`]);
  expect(changed({ ...sgd, learningRate: 0.7 }, { ...esam, learningRate: 0.7, beta: 0.9 })).toEqual([
    learningRate,
    `ESAM β ${esam.beta} → 0.9`,
  ]);
});

test('what a method overrides is told beside what the others share', () => {
  const before = experimentOf({ arms: [sgd, esam] });
  const after = experimentOf({ arms: [{ ...sgd, overrides: { epochs: 6 } }, esam] });
  expect(experimentChanges(before, after)).toEqual(['SGD epochs 3 → 6']);
  expect(experimentChanges(after, before)).toEqual(['SGD epochs 6 → 3']);
  const shorter = { ...after, shared: { ...shared, epochs: 2 } };
  expect(experimentChanges(after, shorter)).toEqual(['epochs 3 → 2']);
});

test('a field has one error, which reads on from its label', () => {
  const { errors } = checkExperiment({
    ...experimentOf(),
    seeds: [-1],
    shared: { ...shared, epochs: 2.5, batchSize: NaN },
  });
  const sentences = errors.map(({ path, message }) => `${path}: ${errorSentence('It', message)}`);
  expect(sentences.toSorted()).toEqual([
    'seeds.0: It must be at least 0',
    'shared.batchSize: It must be a number',
    'shared.epochs: It must be a whole number',
  ]);
});

import { expect, test } from 'vitest';
import { experimentSchema } from '../../shared/experiment.ts';
import { newArm } from '../../shared/methods/index.ts';
import { axisPaths, choicesOf } from '../../shared/settingPaths.ts';
import { settingOf } from '../../shared/settings/index.ts';
import { flatSettings } from '../../src-renderer/settingLabels.ts';
import { experimentOf, sam, shared } from '../lab/fixtures/configs.ts';

const named = axisPaths.flatMap((path) => choicesOf(path).map((choice) => [path, choice] as const));

test('every choice of every setting has its words in the setting’s descriptor, no two of one setting the same', () => {
  expect(named.length).toBeGreaterThan(50);
  for (const [path, choice] of named) expect(settingOf(path).texts?.[choice], `${path} ${choice}`).toBeTypeOf('string');
  for (const path of axisPaths) {
    const texts = choicesOf(path).map((choice) => settingOf(path).texts?.[choice]);
    expect(new Set(texts).size, path).toBe(texts.length);
  }
});

test('what is wrong with an axis is said in those words', () => {
  const messagesOf = (...axes: (readonly [string, readonly unknown[]])[]): string[] =>
    (
      experimentSchema.safeParse(
        experimentOf({
          arms: [sam, newArm('momentum-sam', null)],
          axes: axes.map(([path, values]) => ({ path, values: [...values] as string[] })),
        }),
      ).error?.issues ?? []
    ).map(({ message }) => message);
  expect(messagesOf(['optimizer.when.name', ['every', 'gradient-norm']])).toEqual([
    expect.stringMatching(/^by the gradient norm: MSAM never computes/),
  ]);
  expect(messagesOf(['optimizer.rho', [0.1]], ['optimizer.rho', [0.2]])).toEqual(['“ρ, rho” is an axis already']);
  // ESAM's β is another setting than that of a composed method.
  expect(messagesOf(['optimizer.moves.beta', [0.5]])).toEqual([
    'no method of this experiment has “β, beta, of composed: what moves”',
  ]);
});

test('settings in words name data sets as their publishers, or the library, do', () => {
  const config = { ...shared, dataset: { ...shared.dataset, id: 'cifar10' }, schedule: { name: 'warmup' } };
  expect(flatSettings(config).get('dataset.id')).toBe('CIFAR-10');
  expect(flatSettings(config, (id) => `my ${id}`).get('dataset.id')).toBe('my cifar10');
  expect(flatSettings(config).get('schedule.name')).toBe('warm-up, cosine');
});

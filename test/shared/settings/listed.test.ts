import { expect, test } from 'vitest';
import { z } from 'zod';
import { runConfigSchema } from '../../../shared/runConfig.ts';
import { settingEntries, settingOf, settingPaths } from '../../../shared/settings/index.ts';
import { listedSettings } from '../../../shared/settings/listed.ts';
import { named, setting } from '../../../shared/settings/setting.ts';
import { esam, shared } from '../../lab/fixtures/configs.ts';

const count = (label: string): z.ZodNumber => setting(z.number(), { label, help: `How many ${label}.` });

test('every setting of a run is listed, with a label and a sentence', () => {
  expect(settingPaths).toEqual([...listedSettings(runConfigSchema).keys()]);
  for (const path of settingPaths) {
    expect(settingOf(path).label, path).not.toBe('');
    expect(settingOf(path).help, path).toMatch(/\.$/);
  }
  for (const [path] of settingEntries({ ...shared, optimizer: esam, seed: 0 })) expect(settingPaths).toContain(path);
});

test('a setting that tells nothing about itself is refused by its path, at any depth', () => {
  const untold = z.strictObject({ apples: count('apples'), basket: z.strictObject({ pears: z.number().default(1) }) });
  expect(() => listedSettings(untold)).toThrow('“basket.pears”');
  const fruit = z.discriminatedUnion('kind', [z.strictObject({ kind: named('plum', 'a plum') })]);
  expect(() => listedSettings(z.strictObject({ fruit }))).toThrow('“fruit.kind”');
});

test('alternatives share a setting only if they tell the same about it', () => {
  const basket = (one: z.ZodNumber, other: z.ZodNumber): z.ZodObject =>
    z.strictObject({
      fruit: setting(
        z.discriminatedUnion('name', [
          z.strictObject({ name: named('apples', 'red'), count: one.default(1) }),
          z.strictObject({ name: named('pears', 'green'), count: other.nullable() }),
        ]),
        { label: 'fruit', help: 'Which.' },
      ),
    });
  const shared = count('fruits');
  const listed = listedSettings(basket(shared, shared));
  expect([...listed.keys()]).toEqual(['fruit.name', 'fruit.count']);
  // What an alternative is called stands with it.
  expect(listed.get('fruit.name')).toEqual({
    label: 'fruit',
    help: 'Which.',
    texts: { apples: 'red', pears: 'green' },
  });
  expect(listed.get('fruit.count')).toEqual({ label: 'fruits', help: 'How many fruits.' });
  expect(() => listedSettings(basket(count('apples'), count('pears')))).toThrow('“fruit.count”');
});

test('one schema is one setting', () => {
  const apples = count('apples');
  expect(() => setting(apples, { label: 'pears', help: 'Others.' })).toThrow('“pears”');
});

test('a new setting is listed with the part that it belongs to', () => {
  const parts = z.strictObject({
    dataset: z.strictObject({ another: count('more'), id: count('sets') }),
    device: z.strictObject({ another: count('devices') }),
    another: count('others'),
    optimizer: z.strictObject({ when: z.strictObject({ another: count('times') }), rho: count('rhos') }),
  });
  expect([...listedSettings(parts).keys()]).toEqual([
    ...['optimizer.rho', 'optimizer.when.another'],
    ...['dataset.id', 'dataset.another', 'another', 'device.another'],
  ]);
});

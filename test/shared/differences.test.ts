import { expect, test } from 'vitest';
import { differencesOf, differencesText } from '../../shared/results/differences.ts';
import { esam, sam, sgd, shared } from '../lab/fixtures/configs.ts';

test('differences are the settings whose values differ, in order, with nothing where a method has none', () => {
  const configs = [sgd, sam, { ...esam, weightDecay: 0.5 }].map((optimizer) => ({ ...shared, optimizer }));
  const found = differencesOf(configs);
  const decay = found.find(({ path }) => path === 'optimizer.weightDecay');
  expect(decay?.values).toEqual([String(sgd.weightDecay), String(sam.weightDecay), '0.5']);
  for (const { values } of found) expect(new Set(values.filter((value) => value !== null)).size).toBeGreaterThan(1);
  expect(found.some(({ path }) => path === 'batchSize')).toBe(false);
  const lines = differencesText(found, ['A\tB', 'SAM', 'ESAM']).split('\n');
  expect(lines[0]).toBe('setting\tA B\tSAM\tESAM');
  expect(lines.slice(0, -1).every((line) => line.split('\t').length === 4)).toBe(true);
  expect(differencesOf(configs.slice(0, 1))).toEqual([]);
});

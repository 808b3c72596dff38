import { expect, test } from 'vitest';
import { axisPaths } from '../../shared/settingPaths.ts';
import { axisNames } from '../../shared/axisNames.ts';

test('no two settings are called alike where an axis is chosen', () => {
  const names = axisNames(axisPaths);
  expect(names.size).toBe(axisPaths.length);
  expect(new Set(names.values()).size).toBe(axisPaths.length);
  expect(names.get('optimizer.beta')).toBe('β, beta');
  expect(names.get('optimizer.moves.beta')).toBe('β, beta, of composed: what moves');
  expect(names.get('optimizer.when.probability')).toBe('probability');
});

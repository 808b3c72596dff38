import { expect, test, vi } from 'vitest';
import type { GroupCurve } from '../../shared/result.ts';
import { esam, sam } from '../lab/fixtures/configs.ts';
import { siblingKeys } from '../../src-renderer/charts/siblingKeys.ts';
import { siblingSeries } from '../../src-renderer/charts/siblingSeries.ts';

// There is no document here to ask for the theme.
vi.mock('../../src-renderer/theme.ts', () => ({
  useTheme: () => ({ isDark: { value: false }, palette: { value: { background: '#ffffff' } } }),
}));

const curveOf = (
  groupHash: string,
  points: GroupCurve['points'],
  method: GroupCurve['method'] = 'sgd',
): GroupCurve => ({
  ...{ key: groupHash, groupHash, label: method.toUpperCase(), method, points },
});
const twice = (x: number): number => 2 * x;

test('a band goes one deviation below and above the mean, one seed has none, and both have a gap where a mean was not finite', () => {
  const curves = [
    curveOf('a', [
      { x: 1, mean: 0.5, sd: 0.125, n: 3 },
      { x: 2, mean: null, sd: null, n: 3 },
      { x: 3, mean: 0.75, sd: 0.25, n: 2 },
    ]),
    curveOf('b', [{ x: 1, mean: 4, sd: null, n: 1 }]),
    curveOf('c', []),
  ];
  const found = siblingSeries(curves, { groupHash: 'd', state: 'running' }, twice, new Set('abc'));
  expect(found.map(({ name, variant, isFaint }) => ({ name, variant, isFaint }))).toEqual([
    { name: 'SGD, n = 3', variant: 0, isFaint: true },
    { name: 'SGD, n = 1', variant: 1, isFaint: true },
  ]);
  expect(found.map(({ band }) => band)).toEqual([
    [
      { x: 2, low: 0.375, high: 0.625 },
      { x: 4, low: NaN, high: NaN },
      { x: 6, low: 0.5, high: 1 },
    ],
    [{ x: 2, low: 4, high: 4 }],
  ]);
  expect(found[0]?.points.map(({ y }) => y)).toEqual([0.5, null, 0.75]);
});

test('a run is no sibling of its own, unless others of its group have finished', () => {
  const alone = [curveOf('a', [{ x: 1, mean: 1, sd: null, n: 1 }])];
  const together = [curveOf('a', [{ x: 1, mean: 1, sd: 1, n: 2 }])];
  const shown = new Set('a');
  const finished = { groupHash: 'a', state: 'finished' } as const;
  expect(siblingSeries(alone, finished, twice, shown)).toEqual([]);
  expect(siblingSeries(together, finished, twice, shown)).toHaveLength(1);
  expect(siblingSeries(alone, { groupHash: 'a', state: 'running' }, twice, shown)).toHaveLength(1);
});

test('what is left out changes no mark, and groups beyond a handful have no bands', () => {
  const point = [{ x: 1, mean: 0.5, sd: 0.1, n: 2 }];
  const curves = 'abcdefg'.split('').map((hash) => curveOf(hash, point));
  const of = (hashes: string) => siblingSeries(curves, { groupHash: 'z', state: 'running' }, twice, new Set(hashes));
  expect(of('cf').map(({ variant }) => variant)).toEqual([2, 5]);
  expect(of('cf').map(({ band, isDim }) => [band?.length, isDim])).toEqual([
    [1, false],
    [1, false],
  ]);
  expect(of('abcdefg').map(({ band, isDim }) => [band, isDim])).toEqual(Array(7).fill([undefined, true]));
});

test('methods that stand for many groups are called experiments where all of those are', () => {
  const point = [{ x: 1, mean: 0.5, sd: 0.1, n: 2 }];
  const optimizers = { a: esam, b: { ...esam, interval: 2 }, c: { ...esam, interval: 3 }, d: sam, e: sam, f: sam };
  const configs = new Map(Object.entries(optimizers).map(([hash, optimizer]) => [hash, { optimizer }]));
  const curves = Object.entries(optimizers).map(([hash, { name }]) => curveOf(hash, point, name));
  const keysOf = (hashes: string): string[] => {
    const series = siblingSeries(curves, { groupHash: 'z', state: 'running' }, twice, new Set(hashes));
    return siblingKeys(series, configs).map(({ name }) => name);
  };
  expect(keysOf('abcdef')).toEqual(['ESAM, 3 groups', 'SAM, 3 groups']);
  expect(keysOf('bcdef')).toEqual(['ESAM, n = 2', 'ESAM, n = 2', ...Array<string>(3).fill('SAM, n = 2')]);
  configs.set('a', { optimizer: { ...esam, interval: 4 } });
  expect(keysOf('abcdef')).toEqual(['ESAM, experimental, 3 groups', 'SAM, 3 groups']);
});

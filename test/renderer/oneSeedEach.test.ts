import { expect, test } from 'vitest';
import { oneSeedEach } from '../../src-renderer/analyses/oneSeedEach.ts';

test('groups are looked at in one seed where all have it, or in that which most have', () => {
  const [whole, late, other] = [
    { seeds: [0, 1, 2], runIds: [10, 11, 12] },
    { seeds: [1, 2], runIds: [21, 22] }, // its seed 0 diverged
    { seeds: [7], runIds: [37] },
  ];
  expect(oneSeedEach([whole, late])).toEqual([11, 21]);
  expect(oneSeedEach([whole, late, other])).toEqual([11, 21, 37]);
  expect(oneSeedEach([whole])).toEqual([10]);
  expect(oneSeedEach([{ seeds: [], runIds: [] }])).toEqual([]);
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { everyGroup, rowKeySchema } from '../../../shared/result.ts';
import { resultsTable } from '../../../src-main/lab/statistics/resultsTable.ts';
import { splitByConditions } from '../../../src-main/lab/statistics/split.ts';
import { sam, sgd } from '../fixtures/configs.ts';
import { groupOf, runOf } from '../fixtures/groups.ts';

const on = (threads: string, seed: number, imagesPerSecond: number) =>
  runOf(seed, [0.9], { imagesPerSecond, conditions: { threads, processor: 'P × 4' } });

test('runs under unlike conditions become rows that say theirs; what did not finish stays with the first', () => {
  const mixed = {
    ...groupOf(sam, [on('2', 0, 100), on('4', 1, 180), on('2', 1, 102)]),
    ...{ missingSeeds: { diverged: 1 }, unfinishedRunIds: [99] },
  };
  const whole = resultsTable([groupOf(sgd, [on('2', 0, 200)]), mixed], everyGroup);
  expect(whole.rows[1]?.imagesPerSecond.mixed).toBe('threads 2, 4');
  const groups = splitByConditions([groupOf(sgd, [on('2', 0, 200)]), mixed]);
  const { rows, speedBaseline } = resultsTable(groups, everyGroup);
  expect(rows.map(({ label }) => label)).toEqual(['SGD', 'SAM (threads 2)', 'SAM (threads 4)']);
  expect(rows.map(({ settings }) => settings['trained with'])).toEqual(['threads 2', 'threads 2', 'threads 4']);
  expect(rows.map(({ imagesPerSecond: { median, mixed: unlike } }) => [median, unlike])).toEqual([
    [200, null],
    [101, null], // of 100 and 102
    [180, null],
  ]);
  expect(rows.map(({ missingSeeds }) => missingSeeds)).toEqual([{}, { diverged: 1 }, {}]);
  // The first SAM row is the baseline: SGD was 200/101 times as fast under its conditions, and the other row still says that it was not.
  expect(speedBaseline).toBe(rows[1]?.key);
  expect(rows[0]?.speedRatio).toBeCloseTo(200 / 101, 12);
  expect(rows[2]?.speedRatioMixed).toBe('threads 2, 4');
  // A part is chosen by its key; a group that is in parts now, by its first.
  const chosen = { ...everyGroup, speedBaseline: rows[2]?.key ?? '' };
  expect(resultsTable(groups, chosen).speedBaseline).toBe(rows[2]?.key);
  expect(resultsTable(groups, { ...everyGroup, speedBaseline: mixed.hash }).speedBaseline).toBe(rows[1]?.key);
});

test('a split loses no run, repeats none, leaves no row unlike, and keeps groups that were alike whole', () => {
  const run = fc.record({
    seed: fc.nat(3),
    conditions: fc.record({ threads: fc.constantFrom('2', '4'), lab: fc.constantFrom('1', '2') }, { requiredKeys: [] }),
  });
  fc.assert(
    fc.property(fc.array(fc.array(run, { maxLength: 6 }), { minLength: 1, maxLength: 3 }), (drawn) => {
      const groups = drawn.map((runs, index) =>
        groupOf(
          { ...sam, rho: 0.1 * (index + 1) },
          runs.map(({ seed, conditions }) => runOf(seed, [0.5], { conditions })),
        ),
      );
      const parts = splitByConditions(groups);
      expect(parts.flatMap(({ finished }) => finished.map(({ id }) => id)).toSorted((a, b) => a - b)).toEqual(
        groups.flatMap(({ finished }) => finished.map(({ id }) => id)),
      );
      expect(new Set(parts.map(({ key }) => key)).size).toBe(parts.length);
      for (const { key } of parts) expect(rowKeySchema.safeParse(key).success).toBe(true);
      const { rows } = resultsTable(parts, everyGroup);
      for (const { imagesPerSecond } of rows) expect(imagesPerSecond.mixed).toBeNull();
      for (const group of groups) {
        const own = parts.filter(({ hash }) => hash === group.hash);
        const kinds = new Set(
          group.finished.map(({ conditions }) => JSON.stringify(Object.entries(conditions).sort())),
        );
        if (kinds.size <= 1) expect(own.map(({ key }) => key)).toEqual([group.hash]);
      }
    }),
  );
});

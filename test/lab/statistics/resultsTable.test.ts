import { expect, test } from 'vitest';
import { everyGroup, resultsTableSchema } from '../../../shared/result.ts';
import type { ResultsRow } from '../../../shared/result.ts';
import { groupCurves } from '../../../src-main/lab/statistics/curves.ts';
import { groupMeans } from '../../../src-main/lab/statistics/groupMeans.ts';
import { resultsTable } from '../../../src-main/lab/statistics/resultsTable.ts';
import { studentTQuantile } from '../../../src-main/lab/statistics/distributions.ts';
import type { GroupConfig } from '../../../shared/runConfig.ts';
import { esam, sam, sgd, shared } from '../fixtures/configs.ts';
import { groupOf, runOf } from '../fixtures/groups.ts';

test('means, deviations, gain, speed: numbers derived by hand', () => {
  const sgdGroup = groupOf(sgd, [
    runOf(0, [0.6, 0.8, 0.7], { imagesPerSecond: 200 }),
    runOf(1, [0.7, 0.9, 0.9], { imagesPerSecond: 220 }),
  ]);
  const samGroup = groupOf(sam, [
    runOf(0, [0.9, 0.92], { imagesPerSecond: 100, epochMs: 4000, peakStepBytes: 6e9 }),
    runOf(1, [0.94, 0.93], { imagesPerSecond: 110, epochMs: 5000 }),
    runOf(2, [0.96, 0.91], { imagesPerSecond: 90, epochMs: 9000 }),
  ]);
  const table = resultsTable([sgdGroup, samGroup], everyGroup);
  expect(resultsTableSchema.parse(table)).toEqual(table);
  expect(table).toMatchObject({ speedBaseline: samGroup.hash, accuracyBaseline: sgdGroup.hash });

  const [first, second] = table.rows;
  // SGD: best 0.8 and 0.9, last 0.7 and 0.9; the sd of two values is their distance ÷ √2.
  expect(first).toMatchObject({ label: 'SGD', n: 2, seeds: [0, 1], gainPoints: null, predictedSpeedRatio: 2 });
  expect(first?.bestTestAccuracy.mean).toBeCloseTo(0.85, 12);
  expect(first?.bestTestAccuracy.sd).toBeCloseTo(0.1 / Math.SQRT2, 12);
  expect(first?.lastTestAccuracy.mean).toBeCloseTo(0.8, 12);
  expect(first?.lastTestAccuracy.sd).toBeCloseTo(0.2 / Math.SQRT2, 12);
  expect(first?.imagesPerSecond).toEqual({ median: 210, min: 200, max: 220, mixed: null });
  expect(first?.speedRatio).toBeCloseTo(2.1, 12); // 210 ÷ 100
  // SAM: best 0.92, 0.94, 0.96: mean 0.94, sd 0.02.
  expect(second?.bestTestAccuracy.mean).toBeCloseTo(0.94, 12);
  expect(second?.bestTestAccuracy.sd).toBeCloseTo(0.02, 12);
  expect(second).toMatchObject({ speedRatio: 1, predictedSpeedRatio: 1, epochMs: 5000, activeMs: 4000 });
  expect(table.rows.map(({ peakStepBytes }) => peakStepBytes)).toEqual([5e9, 6e9]);
  // Last accuracies: 0.92, 0.93, 0.91 (sd 0.01) and 0.7, 0.9: gain 12 points; variances 0.01²/3 and (0.2²/2)/2 = 0.01.
  expectGain(second, 12, 0.0001 / 3, 0.01);
  // Best accuracies: gain 9 points; variances 0.02²/3 and (0.1²/2)/2 = 0.0025.
  const best = resultsTable([sgdGroup, samGroup], { ...everyGroup, accuracy: 'best' });
  expect(best.accuracy).toBe('best');
  expect(groupMeans([sgdGroup, samGroup])).toEqual(
    table.rows.map(
      ({ groupHash, bestTestAccuracy, lastTestAccuracy, imagesPerSecond, activeMs, unfinishedRunIds }) => ({
        ...{ groupHash, bestTestAccuracy, lastTestAccuracy, activeMs, unfinishedRunIds },
        imagesPerSecond: imagesPerSecond.median,
      }),
    ),
  );
  expectGain(best.rows[1], 9, 0.0004 / 3, 0.0025);
});

/** Welch's interval of three against two values whose means have these variances. */
const expectGain = (row: ResultsRow | undefined, gain: number, varianceSam: number, varianceSgd: number): void => {
  const error2 = varianceSam + varianceSgd;
  const df = error2 ** 2 / (varianceSam ** 2 / 2 + varianceSgd ** 2);
  const halfWidth = 100 * studentTQuantile(0.975, df) * Math.sqrt(error2);
  expect(row?.gainPoints?.mean).toBeCloseTo(gain, 10);
  expect(row?.gainPoints?.low).toBeCloseTo(gain - halfWidth, 8);
  expect(row?.gainPoints?.high).toBeCloseTo(gain + halfWidth, 8);
};

test('gains and ratios are told within one set alone; another content under the same name is another set', () => {
  const on = (identity: string): Partial<GroupConfig> => ({ dataset: { ...shared.dataset, id: 'pets', identity } });
  const [former, present] = [on('a'.repeat(64)), on('b'.repeat(64))];
  const runs = (last: number) => [0, 1].map((seed) => runOf(seed, [last, last + seed / 100], { imagesPerSecond: 100 }));
  const groups = [
    groupOf(sgd, runs(0.5), former),
    groupOf(sam, runs(0.6), former),
    groupOf(sgd, runs(0.9), present),
    groupOf(sam, runs(0.8), present),
  ];
  const { rows } = resultsTable(groups, everyGroup);
  expect(rows.map(({ gainPoints }) => gainPoints?.mean.toFixed(6) ?? null)).toEqual([null, '10.000000', null, null]);
  expect(rows.map(({ comparison }) => comparison === null)).toEqual([true, false, true, true]);
  expect(rows.map(({ speedRatio }) => speedRatio)).toEqual([1, 1, null, null]);
  // Over the other set's own baselines, it is these that have none.
  const [, , presentSgd, presentSam] = groups;
  const chosen = { accuracyBaseline: presentSgd?.hash ?? '', speedBaseline: presentSam?.hash ?? '' };
  const over = resultsTable(groups, { ...everyGroup, ...chosen }).rows;
  expect(over.map(({ gainPoints }) => gainPoints?.mean.toFixed(6) ?? null)).toEqual([null, null, null, '-10.000000']);
  expect(over.map(({ speedRatio }) => speedRatio)).toEqual([null, null, 1, 1]);
});

test('labels name only what tells groups of one method apart; settings only what differs', () => {
  const { rows } = resultsTable(
    [
      groupOf({ ...sgd, weightDecay: 1e-3 }, []),
      groupOf(sam, []),
      groupOf(esam, []),
      groupOf({ ...esam, gamma: 0.75 }, []),
      groupOf({ ...esam, gamma: 1 }, []),
      groupOf({ ...esam, beta: 1, selection: 'loss' }, []),
    ],
    everyGroup,
  );
  expect(rows.map(({ label }) => label)).toEqual([
    'SGD',
    'SAM',
    'ESAM (γ 0.5)',
    'ESAM (γ 0.75)',
    'ESAM-SWP',
    'ESAM-SDS',
  ]);
  expect(rows[0]?.settings).toEqual({ 'weight decay': '0.001' });
  expect(rows[5]?.settings).toEqual({ β: '1', γ: '0.5', 'weight decay': '0.0005', selection: 'largest loss' });
});

test('every field of a configuration is a setting, so that no two groups have one label', () => {
  const config: GroupConfig = { ...shared, optimizer: esam, schedule: { name: 'step', milestones: [1], factor: 0.5 } };
  // How closely a run is observed makes no other group of it.
  const parts = Object.entries<unknown>(config).filter(([name]) => name !== 'schedule' && name !== 'observe');
  const changed = parts.flatMap(([part, value]) =>
    typeof value === 'object' && value !== null
      ? Object.entries<unknown>({ ...value })
          .filter(([name]) => name !== 'name')
          // A choice with settings of its own, such as the base rule.
          .map(([name, inner]): [string, unknown] => [
            name,
            typeof inner === 'object' && inner !== null && !Array.isArray(inner)
              ? { ...inner, name: 'other' }
              : another(inner),
          ])
          .map(([name, inner]) => ({ ...config, [part]: { ...value, [name]: inner } }))
      : [{ ...config, [part]: another(value) }],
  );
  const all: GroupConfig[] = [config, { ...config, schedule: { name: 'cosine' } }, ...changed];
  expect(all.length).toBeGreaterThan(30);
  const { rows } = resultsTable(
    all.map((each) => groupOf(each.optimizer, [], each)),
    everyGroup,
  );
  const labels = rows.map(({ label }) => label);
  expect(labels.filter((label, index) => labels.indexOf(label) !== index)).toEqual([]);
});

/** Some other value of the same kind. */
const another = (value: unknown): unknown => {
  if (typeof value === 'number') return value + 1;
  if (typeof value === 'boolean') return !value;
  return value === null ? 7 : `${JSON.stringify(value)}-other`;
};

test('without finished runs every number is absent, and no baseline is invented', () => {
  const { rows, ...baselines } = resultsTable([groupOf(sgd, []), groupOf(sam, [])], everyGroup);
  expect(baselines).toEqual({ speedBaseline: null, accuracyBaseline: null, accuracy: 'last', equalTimeMs: null });
  expect(rows[1]).toMatchObject({
    n: 0,
    bestTestAccuracy: { mean: null, sd: null },
    gainPoints: null,
    imagesPerSecond: { median: null, min: null, max: null },
    speedRatio: null,
    predictedSpeedRatio: null,
    activeMs: null,
  });
});

test('baselines can be chosen; one seed a side gives a gain without an interval; other models have no prediction', () => {
  const base = groupOf(esam, [runOf(0, [0.5], { imagesPerSecond: 50 })]);
  const other = groupOf(sam, [runOf(0, [0.6], { imagesPerSecond: 25 })], { model: { id: 'resnet8' } });
  const same = groupOf(sam, [runOf(0, [0.4], { imagesPerSecond: null })]);
  const table = resultsTable([other, base, same], {
    ...everyGroup,
    speedBaseline: base.hash,
    accuracyBaseline: base.hash,
  });
  expect(table.rows[0]?.gainPoints).toEqual({ mean: expect.closeTo(10, 10) as number, low: null, high: null });
  expect(table.rows[0]).toMatchObject({ speedRatio: 0.5, predictedSpeedRatio: null });
  // Predicted ESAM 1 + 1.5 + 1 + 1.5 = 5 units against SAM's 6.
  expect(table.rows[2]?.predictedSpeedRatio).toBeCloseTo(5 / 6, 12);
  expect(table.rows[2]?.speedRatio).toBeNull();
});

test('curves: mean and deviation epoch by epoch, over those runs that have the epoch', () => {
  const [long, short] = [runOf(0, [0.5, 0.7]), runOf(1, [0.7])];
  const of = (...values: (number | null)[]) =>
    values.map((value, at) => ({ epoch: at + 1, activeMs: 2000 * (at + 1), wallMs: 3000 * (at + 1), value }));
  const group = groupOf(sgd, [long, short]);
  const [curve] = groupCurves([group], { axis: 'activeTime', relativeTo: null }, (id) =>
    id === long.id ? of(0.5, 0.7) : of(0.7),
  );
  expect(curve?.points).toEqual([
    { x: 2, mean: expect.closeTo(0.6, 12) as number, sd: expect.closeTo(0.2 / Math.SQRT2, 12) as number, n: 2 },
    { x: 4, mean: 0.7, sd: null, n: 1 },
  ]);
  const lost = groupOf(sgd, [runOf(0, [0.5])]);
  expect(groupCurves([lost], { axis: 'epoch', relativeTo: null }, () => of(null))[0]?.points).toEqual([
    { x: 1, mean: null, sd: null, n: 0 },
  ]);
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { lateRange } from '../../../shared/results/curveRange.ts';
import { groupCurves } from '../../../src-main/lab/statistics/curves.ts';
import { sam, sgd } from '../fixtures/configs.ts';
import { groupOf, runOf } from '../fixtures/groups.ts';

/** A run's epochs: value(t) = slope·t + offset at epochs that last `epochMs`, each followed by a second of evaluation. */
const line = (slope: number, offset: number, epochMs: number) =>
  [1, 2, 3, 4].map((epoch) => {
    const activeMs = epoch * epochMs;
    return { epoch, activeMs, wallMs: activeMs + 1000 * epoch, value: slope * activeMs + offset };
  });

test('a difference over time is that of lines at the same time, seed by seed', () => {
  const baseline = groupOf(sam, [runOf(0, [0.5]), runOf(1, [0.5])]);
  const group = groupOf(sgd, [runOf(0, [0.5]), runOf(1, [0.5]), runOf(7, [0.5])]);
  const [b0, b1] = baseline.finished;
  // Straight lines stay straight between epochs: a(t) − b(t) = 0.0001·t + c at every t that both have, whatever their epochs.
  const read = (id: number) => {
    if (id === b0?.id) return line(0.0001, 0, 1500);
    if (id === b1?.id) return line(0.0001, 0.2, 1500);
    return line(0.0002, id === group.finished[0]?.id ? 0.1 : 0.5, 1000);
  };
  const [ours, theirs] = groupCurves([group, baseline], { axis: 'activeTime', relativeTo: baseline.key }, read);
  // Before the baseline's first epoch ended (1.5 s) nothing is known of it. Seed 7 has no partner. Differences: 0.1 + t, 0.3 + t.
  expect(ours?.points[0]).toEqual({ x: 1, mean: null, sd: null, n: 0 });
  for (const { x, mean, sd, n } of ours?.points.slice(1) ?? []) {
    expect(mean).toBeCloseTo(0.1 * x + 0.2, 12);
    expect(sd).toBeCloseTo(0.2 / Math.SQRT2, 12);
    expect(n).toBe(2);
  }
  for (const { mean, sd } of theirs?.points ?? []) expect([mean, sd]).toEqual([0, 0]);
  // Wall time has the evaluations too.
  const [, wall] = groupCurves([group, baseline], { axis: 'wallTime', relativeTo: null }, read);
  expect(wall?.points.map(({ x }) => x)).toEqual([2.5, 5, 7.5, 10]);
});

test('without a shared seed it is the difference of the means, without a deviation', () => {
  const [baseline, group] = [groupOf(sam, [runOf(0, [0.5])]), groupOf(sgd, [runOf(1, [0.5]), runOf(2, [0.5])])];
  const [curve] = groupCurves([group, baseline], { axis: 'epoch', relativeTo: baseline.key }, (id) =>
    line(0, id === baseline.finished[0]?.id ? 0.25 : id === group.finished[0]?.id ? 0.5 : 1, 1000),
  );
  expect(curve?.points).toEqual([1, 2, 3, 4].map((x) => ({ x, mean: 0.5, sd: null, n: 2 })));
});

test('the late range holds every band of the later half and hardly more', () => {
  const value = fc.double({ min: -10, max: 10, noNaN: true });
  const point = fc.record({ mean: fc.option(value), sd: fc.option(fc.double({ min: 0, max: 2, noNaN: true })) });
  fc.assert(
    fc.property(fc.array(fc.array(point, { minLength: 1, maxLength: 9 }), { minLength: 1, maxLength: 4 }), (drawn) => {
      const curves = drawn.map((points) => ({ points: points.map((each, index) => ({ x: index + 1, ...each })) }));
      const longest = Math.max(...drawn.map(({ length }) => length));
      const ends = curves.flatMap(({ points }) => {
        const late = points.filter(({ x }) => 2 * x >= longest);
        return (late.length > 0 ? late : points.slice(-1)).flatMap(({ mean, sd }) =>
          mean === null ? [] : [mean - (sd ?? 0), mean + (sd ?? 0)],
        );
      });
      const range = lateRange(curves);
      if (ends.length === 0) return range === null;
      if (range === null) return false;
      const [least, most] = [Math.min(...ends), Math.max(...ends)];
      const isRounding = most - least <= Math.max(1e-9 * Math.max(-least, most), 1e-12);
      const isTight = isRounding || range.max - range.min < 1.2 * (most - least);
      return range.min < least && range.max > most && isTight;
    }),
  );
});

import { expect, test } from 'vitest';
import { everyGroup } from '../../../shared/result.ts';
import { resultColumns } from '../../../shared/results/columns.ts';
import { comparisonColumns, gainColumn } from '../../../shared/results/gainColumns.ts';
import { resultsTable } from '../../../src-main/lab/statistics/resultsTable.ts';
import { resultNotation } from '../../../src-renderer/resultNotation.ts';
import { sam, sgd } from '../fixtures/configs.ts';
import { groupOf, runOf } from '../fixtures/groups.ts';

const accuracyAt = (id: number, activeMs: number): number => 0.5 + id / 100 + activeMs / 1e6;

test('of a row of one run every number is that run’s own', () => {
  const known = { id: 3, peakStepBytes: 6.5e9, imagesPerSecond: 123 };
  const groups = [groupOf(sgd, [runOf(1, [0.6, 0.8, 0.7], known)]), groupOf(sam, [runOf(1, [0.9, 0.8])])];
  const table = resultsTable(groups, everyGroup, { accuracyAt });
  // A ratio is of its sides' speeds, a gain of their accuracies.
  const onBothSides = ['speed_ratio', ...[gainColumn, ...comparisonColumns].map(({ id }) => id)];
  const ofOne = resultColumns.filter(({ ofSeed, id }) => ofSeed !== null && !onBothSides.includes(id));
  for (const row of table.rows) {
    const [seed] = row.ofSeeds ?? [];
    if (seed === undefined) throw new Error('a run');
    for (const column of ofOne)
      expect([column.id, column.ofSeed?.(seed, resultNotation, table)]).toEqual([
        column.id,
        column.text(row, table, resultNotation),
      ]);
  }
  const told = (id: string): string | undefined =>
    resultColumns.find((column) => column.id === id)?.text(table.rows[0] ?? never(), table, resultNotation);
  expect([told('peak_step_bytes'), told('images_per_second')]).toEqual(['6.50', '123']);
  // 0.5 + 3/100, and the training time of the run that took the least, in ms, ÷ 10⁶.
  expect(told('accuracy_at_equal_time')).toBe((53 + (table.equalTimeMs ?? NaN) / 1e4).toFixed(2));
});

test('every number that is computed of runs tells their values; of no run are counts and what was measured or predicted apart from them', () => {
  const silent = resultColumns.filter(({ formula, ofSeed }) => formula !== null && ofSeed === null);
  expect(silent.map(({ id }) => id)).toEqual(['n', 'paired_speed_ratio', 'predicted_speed_ratio']);
});

test('a gain and its tests tell the accuracy that is compared, of the runs on both sides', () => {
  for (const accuracy of ['last', 'best'] as const) {
    const groups = [groupOf(sgd, [runOf(0, [0.6, 0.8, 0.7])]), groupOf(sam, [runOf(0, [0.9, 0.8])])];
    const table = resultsTable(groups, { ...everyGroup, accuracy }, { accuracyAt });
    for (const column of [gainColumn, ...comparisonColumns]) {
      const told = table.rows.map(({ ofSeeds }) =>
        ofSeeds?.map((seed) => column.ofSeed?.(seed, resultNotation, table)),
      );
      expect(told).toEqual(accuracy === 'last' ? [['70.00'], ['80.00']] : [['80.00'], ['90.00']]);
      expect(column.over).toBe('accuracyBaseline');
    }
  }
});

const never = (): never => {
  throw new Error('a row');
};

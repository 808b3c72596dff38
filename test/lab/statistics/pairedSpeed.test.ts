import { expect, test } from 'vitest';
import { optimizerSchema, type OptimizerConfig } from '../../../shared/runConfig.ts';
import { columnsOf } from '../../../shared/results/columns.ts';
import { everyGroup, type ResultsTable } from '../../../shared/result.ts';
import { speedBaseOf, type SpeedMeasurement } from '../../../shared/speed.ts';
import { resultsText } from '../../../src-main/cli/resultsText.ts';
import { resultsTable } from '../../../src-main/lab/statistics/resultsTable.ts';
import { esam, sam } from '../fixtures/configs.ts';
import { exportedText } from '../fixtures/exported.ts';
import { groupOf, runOf } from '../fixtures/groups.ts';
import { environmentOf, phaseMs } from '../fixtures/metrics.ts';

const arm = (optimizer: OptimizerConfig, roundMs: number[], climbingShare = 1) => ({
  ...{ optimizer, climbingShare, roundMs, stepMs: roundMs[0] ?? 1, phaseMs },
});
/** SAM takes 10 ms a step, ESAM 8: 1.25 in every round. */
const measured = (batchSize: number): SpeedMeasurement => ({
  ...{ at: '2026-01-01T00:00:00.000Z', processes: 3, stepsPerRound: 4, endedBy: 'narrow', limitMs: 60_000 },
  base: speedBaseOf({ ...groupOf(sam, []).config, batchSize }),
  arms: [arm(sam, [10, 10, 10]), arm(esam, [8, 8, 8])],
  environment: environmentOf(),
});
/** Runs of ESAM that were so many times as fast as those of SAM. */
const tableOf = (ratio: number, measurements: SpeedMeasurement[], batchSize = 10): ResultsTable =>
  resultsTable(
    [
      groupOf(sam, [runOf(0, [0.9], { imagesPerSecond: 100 })], { batchSize }),
      groupOf(esam, [runOf(0, [0.9], { imagesPerSecond: 100 * ratio })], { batchSize }),
    ],
    everyGroup,
    { speeds: { own: measurements, imported: new Map() } },
  );
const verdictOf = (table: ResultsTable): unknown => {
  const [, row] = table.rows;
  const column = columnsOf('screen', table).find(({ id }) => id === 'paired_speed_ratio');
  return row === undefined ? undefined : column?.verdict(row, table);
};

test('a speed measured in pairs stands beside that of the runs, and doubts what is far from it', () => {
  const alike = tableOf(1.27, [measured(10)]);
  expect(alike.rows.map(({ pairedSpeed }) => pairedSpeed)).toMatchObject([
    null,
    { ratio: 1.25, low: 1.25, high: 1.25 },
  ]);
  expect(verdictOf(alike)).toBeNull();
  for (const ratio of [1.1, 1.4]) expect(verdictOf(tableOf(ratio, [measured(10)]))).toBe('doubtful');
  for (const format of ['markdown', 'latex'] as const) {
    expect(exportedText(alike, format)).toContain('125.0 [125.0, 125.0]');
  }
});

test('every table for people marks what is doubtful, and says what the mark means; none that has nothing of it does', () => {
  const [alike, apart] = [tableOf(1.27, [measured(10)]), tableOf(1.4, [measured(10)])];
  const written = (table: ResultsTable) => [
    ...[exportedText(table, 'markdown'), exportedText(table, 'latex'), exportedText(table, 'latex', { siunitx: true })],
    resultsText(table),
  ];
  const mark = /(?:†|\$\^\{\\dagger\}\$)/g;
  for (const text of written(alike)) expect(text).not.toMatch(mark);
  for (const text of written(apart)) {
    expect(text.match(mark)).toHaveLength(2); // ESAM's value, and the note
    expect(text).toMatch(/125\.0 .*125\.0, 125\.0(?:\]|\{\]\})(?:†|\$\^\{\\dagger\}\$)/);
    expect(text).toMatch(/(?:†|\$) The runs’ own speeds and the paired measurement disagree/);
  }
});

test('steps of another size tell nothing, and a table without a measurement has no column for it', () => {
  for (const table of [tableOf(1.27, [measured(10)], 20), tableOf(1.27, [])]) {
    expect(table.rows.map(({ pairedSpeed }) => pairedSpeed)).toEqual([null, null]);
    expect(verdictOf(table)).toBeUndefined();
    expect(exportedText(table, 'markdown')).not.toContain('Paired speed');
  }
});

test('where the data decide on a climb, both kinds of steps count by their share of the runs’ steps', () => {
  const byNorm = optimizerSchema.parse({ ...sam, when: { name: 'gradient-norm' } });
  const measurement = measured(10);
  const arms = [arm(sam, [12, 12, 18]), arm(byNorm, [14, 14, 14]), arm(byNorm, [6, 6, 6], 0)];
  const speeds = { own: [{ ...measurement, arms }], imported: new Map() };
  const pairedWith = (climbed: number | null) => {
    const adaptive = { ...groupOf(byNorm, [runOf(0, [0.9])]), climbed };
    return resultsTable([groupOf(sam, [runOf(0, [0.9])]), adaptive], everyGroup, { speeds }).rows[1]?.pairedSpeed;
  };
  // A quarter of them: 8 ms on average, against 12, 12 and 18 in one process each.
  const rounds = [12, 12, 18].map((ms) => ms / (0.25 * 14 + 0.75 * 6));
  expect(pairedWith(0.25)?.ratio).toBeCloseTo(Math.cbrt(rounds.reduce((product, ratio) => product * ratio, 1)), 12);
  expect(pairedWith(1)?.ratio).toBeCloseTo(Math.cbrt(12 * 12 * 18) / 14, 12);
  expect(pairedWith(null)).toBeNull();
});

test('of a longer run of the same method nobody measured a ratio, but the prediction holds for it', () => {
  const longer = (optimizer: OptimizerConfig) => groupOf(optimizer, [runOf(0, [0.9])], { epochs: 99, logEvery: 7 });
  const { rows } = resultsTable([groupOf(sam, [runOf(0, [0.9])]), longer(sam), longer(esam)], everyGroup, {
    speeds: { own: [measured(10)], imported: new Map() },
  });
  expect(rows.map(({ pairedSpeed }) => pairedSpeed?.ratio)).toEqual([undefined, undefined, expect.closeTo(1.25, 12)]);
  // SAM's six units against ESAM's 1 + (1 + ½) + 1 + 3·½.
  expect(rows.map(({ predictedSpeedRatio }) => predictedSpeedRatio)).toEqual([1, 1, expect.closeTo(6 / 5, 12)]);
});

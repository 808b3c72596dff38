import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { expect, onTestFinished, test } from 'vitest';
import { expand } from '../../../shared/experiment.ts';
import { everyGroup } from '../../../shared/result.ts';
import { resultNotation } from '../../../src-renderer/resultNotation.ts';
import { readTable } from '../../../src-main/lab/results.ts';
import { resultColumns } from '../../../shared/results/columns.ts';
import { readGroups } from '../../../src-main/lab/groups.ts';
import { resultsTable } from '../../../src-main/lab/statistics/resultsTable.ts';
import { openStore } from '../../../src-main/lab/store/index.ts';
import { experimentOf, sam, sgd } from '../fixtures/configs.ts';
import { migrationsFolder } from '../fixtures/labOptions.ts';
import { temporaryFolder } from '../fixtures/labs.ts';
import { epochOf } from '../fixtures/metrics.ts';

/** A store with finished runs of SGD and SAM, two seeds each; of each run, the times at which its epochs end and their accuracies. */
type Curve = readonly (readonly [activeMs: number, accuracy: number])[];
const storeOf = async (curves: readonly Curve[]) => {
  const folder = temporaryFolder();
  const store = await openStore(folder, migrationsFolder);
  onTestFinished(() => store.close());
  const experiment = experimentOf({ arms: [sgd, sam], seeds: [1, 2] });
  const { runIds } = store.write.addExperiment(experiment, expand(experiment));
  for (const [index, id] of runIds.entries()) {
    store.write.start(id);
    for (const [epoch, [activeMs, testAccuracy]] of (curves[index] ?? []).entries()) {
      store.write.epoch(id, epochOf(epoch + 1, { activeMs, testAccuracy }), false);
    }
    store.write.end(id, 'finished', null);
  }
  return { ...store, folder };
};

// Seeds outside, arms inside: SGD 1, SAM 1, SGD 2, SAM 2. The second SGD run takes the least time, 190.
const curves: readonly Curve[] = [
  [
    [100, 0.5],
    [200, 0.7],
  ],
  [
    [180, 0.6],
    [380, 0.8],
  ],
  [
    [90, 0.4],
    [190, 0.6],
  ],
  [
    [185, 0.5],
    [385, 0.9],
  ],
];

test('accuracies at equal time lie on the lines between epochs, at the end of the run that took the least', async () => {
  const { read } = await storeOf(curves);
  const { rows, equalTimeMs } = resultsTable(readGroups(read, everyGroup), everyGroup, { accuracyAt: read.accuracyAt });
  expect(equalTimeMs).toBe(190);
  // SGD: 0.5 + 90/100·0.2 = 0.68, and 0.6; SAM: 0.6 + 10/200·0.2 = 0.61, and 0.5 + 5/200·0.4 = 0.51. Each sd is |a − b|/√2.
  const [sgdRow, samRow] = rows;
  expect(sgdRow?.accuracyAtEqualTime?.mean).toBeCloseTo(0.64, 12);
  expect(sgdRow?.accuracyAtEqualTime?.sd).toBeCloseTo(0.08 / Math.SQRT2, 12);
  expect(samRow?.accuracyAtEqualTime?.mean).toBeCloseTo(0.56, 12);
  expect(samRow?.accuracyAtEqualTime?.sd).toBeCloseTo(0.1 / Math.SQRT2, 12);
});

test('a table of the whole workspace, such as an export that names nothing, has them too, in percent like every accuracy', async () => {
  const { read } = await storeOf(curves);
  const table = readTable(read, everyGroup);
  const column = resultColumns.find(({ id }) => id === 'accuracy_at_equal_time');
  // 0.64 and 0.56 as above; 0.08/√2 = 0.0566, 0.1/√2 = 0.0707.
  expect(table.rows.map((row) => column?.text(row, table, resultNotation))).toEqual(['64.00 ± 5.66', '56.00 ± 7.07']);
  expect(column?.unit(resultNotation)).toBe('%');
  expect(table.rows.map(({ ofSeeds }) => ofSeeds?.length)).toEqual([2, 2]);
});

test('nothing is extrapolated: a run whose first epoch ended later has no such accuracy, nor has its row', async () => {
  const { read } = await storeOf(curves.with(3, [[200, 0.9]]));
  const { rows } = resultsTable(readGroups(read, everyGroup), everyGroup, { accuracyAt: read.accuracyAt });
  expect(rows.map(({ accuracyAtEqualTime }) => accuracyAtEqualTime === null)).toEqual([false, true]);
  expect([100, 200, 201].map((ms) => read.accuracyAt(1, ms))).toEqual([0.5, 0.7, null]);
});

test('an epoch that is not what was stored gives none', async () => {
  const { read, folder } = await storeOf(curves);
  const database = new Sqlite(join(folder, 'lab.db'));
  database.exec('UPDATE epoch SET test_accuracy = 0.99 WHERE run_id = 1 AND epoch = 2');
  database.close();
  expect([100, 150, 200].map((ms) => read.accuracyAt(1, ms))).toEqual([0.5, null, null]);
});

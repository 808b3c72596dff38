import { createRequire } from 'node:module';
import { join } from 'node:path';
import type BetterSqlite3 from 'better-sqlite3';
import { expect, test } from 'vitest';
import { everyGroup } from '../../../shared/result.ts';
import { resultsText } from '../../../src-main/cli/resultsText.ts';
import { resultsTable } from '../../../src-main/lab/statistics/resultsTable.ts';
import { experimentOf, sam, sgd } from '../fixtures/configs.ts';
import { exportedText } from '../fixtures/exported.ts';
import { groupOf, runOf } from '../fixtures/groups.ts';
import { openTestLab, untilEnded } from '../fixtures/labs.ts';
import { scripts } from '../fixtures/scripts.ts';

const Sqlite = createRequire(import.meta.url)('better-sqlite3') as typeof BetterSqlite3;

const survived = resultsTable(
  [
    { ...groupOf(sgd, [runOf(0, [0.9])]), missingSeeds: { diverged: 3 } },
    groupOf(sam, [runOf(0, [0.9]), runOf(1, [0.8])]),
  ],
  everyGroup,
);

test('what has diverged is said in every table, in words and as columns', () => {
  const text = (format: 'csv' | 'markdown' | 'latex' | 'json'): string => exportedText(survived, format);
  for (const written of [text('markdown'), text('latex'), resultsText(survived)]) {
    expect(written).toContain('1 of 4 seeds; 3 diverged');
  }
  const [header = '', first = '', second = ''] = text('csv').split('\r\n');
  const place = (name: string): number => header.split(',').indexOf(name);
  for (const [name, ...values] of [
    ['n', '1', '2'],
    ['n_asked', '4', '2'],
    ['n_diverged', '3', '0'],
    ['n_failed', '0', '0'],
  ] as const) {
    expect([first, second].map((line) => line.split(',')[place(name)])).toEqual(values);
  }
  expect(JSON.parse(text('json'))).toMatchObject({ table: { rows: [{ missingSeeds: { diverged: 3 } }, {}] } });
});

test('a seed counts as missing until any of its runs has finished, by how the newest one stands', async () => {
  const { lab, folder } = await openTestLab();
  const { diverge, crash, engineBroken } = scripts;
  const { runIds } = await lab.enqueue(experimentOf({ seeds: [1, 2, diverge, crash] }));
  for (const id of runIds) await untilEnded(lab, id);
  await lab.enqueue(experimentOf({ seeds: [engineBroken] })).then(({ runIds: [id = 0] }) => untilEnded(lab, id));
  expect((await lab.results(everyGroup)).rows).toMatchObject([
    { n: 2, missingSeeds: { diverged: 1, interrupted: 1, failed: 1 }, imagesPerSecond: { mixed: null } },
  ]);

  const database = new Sqlite(join(folder, 'lab.db'));
  database.exec('UPDATE environment SET threads = 8 WHERE run_id = 2');
  database.close();
  expect((await lab.results(everyGroup)).rows[0]?.imagesPerSecond.mixed).toBe('threads 1, 8');
});

test('speeds measured in unlike conditions say so, in a row and against the baseline', () => {
  const on = (threads: string) => ({ conditions: { threads, processor: 'A × 4' } });
  const { rows } = resultsTable(
    [
      groupOf(sam, [runOf(0, [0.9], on('2')), runOf(1, [0.9], on('2'))]),
      groupOf(sgd, [runOf(0, [0.9], on('4')), runOf(1, [0.9], on('2')), runOf(2, [0.9], { conditions: {} })]),
    ],
    everyGroup,
  );
  expect(rows.map(({ imagesPerSecond, speedRatioMixed }) => [imagesPerSecond.mixed, speedRatioMixed])).toEqual([
    [null, null],
    ['threads 2, 4', 'threads 2, 4'],
  ]);
  expect(exportedText({ ...survived, rows }, 'markdown')).toContain('(mixed: threads 2, 4)');
});

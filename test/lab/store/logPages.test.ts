import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { expect, onTestFinished, test } from 'vitest';
import { expand } from '../../../shared/experiment.ts';
import type { LogWish } from '../../../shared/run.ts';
import { openStore } from '../../../src-main/lab/store/index.ts';
import type { Store } from '../../../src-main/lab/store/index.ts';
import { experimentOf } from '../fixtures/configs.ts';
import { migrationsFolder } from '../fixtures/labOptions.ts';
import { temporaryFolder } from '../fixtures/labs.ts';

const lineCount = 45_000;

/** Two runs: the first with so many lines, the second with one after each thousandth of them. */
const storeWithLog = async (): Promise<Store> => {
  const folder = temporaryFolder();
  const first = await openStore(folder, migrationsFolder);
  const experiment = experimentOf({ seeds: [1, 2] });
  first.write.addExperiment(experiment, expand(experiment));
  first.close();
  const database = new Sqlite(join(folder, 'lab.db'));
  database.exec(
    `WITH RECURSIVE line (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM line WHERE n < ${String(lineCount)})
     INSERT INTO log_line (run_id, at, level, text)
     SELECT iif(n % 1000 = 0, 2, 1), '2026-01-01T00:00:00.000Z', iif(n = 7, 'warning', 'info'), 'line ' || n FROM line`,
  );
  database.close();
  const store = await openStore(folder, migrationsFolder);
  onTestFinished(() => store.close());
  return store;
};

/** All pages one after another, and how long each is. */
const readThrough = ({ read }: Store, wish: Omit<LogWish, 'from'>) => {
  const pages: string[][] = [];
  let from: number | null = null;
  do {
    const { lines, next } = read.logPage(1, { ...wish, from });
    pages.push(lines.map(({ text }) => text));
    from = next;
  } while (from !== null);
  return pages;
};

test('a log is read in pages, back or on, every line once and none of another run', async () => {
  const store = await storeWithLog();
  const expected = Array.from({ length: lineCount }, (_, index) => index + 1)
    .filter((n) => n % 1000 !== 0)
    .map((n) => `line ${String(n)}`);
  const earlier = readThrough(store, { toward: 'earlier', search: '' });
  expect(earlier.toReversed().flat()).toEqual(expected);
  expect(Math.max(...earlier.map(({ length }) => length))).toBe(500);
  expect(readThrough(store, { toward: 'later', search: '' }).flat()).toEqual(expected);
  // A search looks through a part of the log at a time, and so has pages on which nothing is.
  const found = readThrough(store, { toward: 'earlier', search: ' WARNING line 7 ' });
  expect(found.flat()).toEqual(['line 7']);
  expect(found).toHaveLength(Math.ceil(expected.length / 20_000));

  const detail = store.read.detail(1);
  expect(detail?.log.map(({ text }) => text)).toEqual(expected.slice(-500));
  expect(
    store.read.logPage(1, { toward: 'earlier', from: detail?.logBefore ?? null, search: '' }).lines.at(-1)?.text,
  ).toBe(expected.at(-501));
  expect(store.read.detail(2)?.logBefore).toBeNull();
});

test('one line as long as a book, and many of them, cost a page no more than its share', async () => {
  const store = await storeWithLog();
  const at = '2026-01-01T00:00:00.000Z';
  for (let n = 0; n < 300; n++) store.write.log(1, { at, level: 'info', text: 'x'.repeat(100_000) });
  const { lines, next } = store.read.logPage(1, { toward: 'earlier', from: null, search: '' });
  expect(lines.every(({ text }) => text.length === 20_000)).toBe(true);
  expect(lines).toHaveLength(100); // two million characters
  expect(next).not.toBeNull();
});

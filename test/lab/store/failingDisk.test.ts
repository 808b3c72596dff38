import { spawnSync } from 'node:child_process';
import { cpSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type BetterSqlite3 from 'better-sqlite3';
import { expect, onTestFinished, test } from 'vitest';
import { expand } from '../../../shared/experiment.ts';
import { LabError } from '../../../shared/errors.ts';
import { openStore } from '../../../src-main/lab/store/index.ts';
import type { Store } from '../../../src-main/lab/store/index.ts';
import { canMakeDisks, smallDisk } from '../../smallDisk.ts';
import { experimentOf, shared } from '../fixtures/configs.ts';
import { migrationsFolder } from '../fixtures/labOptions.ts';
import { temporaryFolder } from '../fixtures/labs.ts';
import { epochOf } from '../fixtures/metrics.ts';

const Sqlite = createRequire(import.meta.url)('better-sqlite3') as typeof BetterSqlite3;

/** A workspace with a run that is under way. */
const begun = async (folder: string): Promise<Store> => {
  const store = await openStore(folder, migrationsFolder);
  const experiment = experimentOf({ shared: { ...shared, epochs: 100_000 } });
  store.write.addExperiment(experiment, expand(experiment));
  store.write.start(1);
  return store;
};

/** Stores epochs until the database refuses one. @returns the last that was stored, and the refusal; null where none came. */
const storeUntilRefused = ({ write }: Store, first: number, most: number): { told: number; refusal: unknown } => {
  for (let epoch = first; epoch < first + most; epoch++) {
    try {
      write.epoch(1, epochOf(epoch), false);
    } catch (refusal) {
      return { told: epoch - 1, refusal };
    }
  }
  return { told: first + most - 1, refusal: null };
};

const expectRefusal = (refusal: unknown, words: RegExp): void => {
  expect(refusal, String(refusal)).toBeInstanceOf(LabError);
  if (!(refusal instanceof LabError)) return;
  expect(refusal.code).toBe('WORKSPACE_UNWRITABLE');
  expect(refusal.message).toMatch(words);
  expect(refusal.message).toMatch(/^[A-Z][^\n]*\.$/);
};

const epochsOf = ({ read }: Store): number[] => read.epochs(1).map(({ epoch }) => epoch);
const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

// Needs the right to mount; continuous integration has it, and counts skipped tests.
test.skipIf(!canMakeDisks())(
  'with any room left on the disk, every told epoch stays, a refusal says why, and with more room it goes on',
  { timeout: 240_000 },
  async () => {
    const template = temporaryFolder();
    (await begun(template)).close();
    const disk = smallDisk(8_000_000);
    for (let pages = 0; pages <= 24; pages++) {
      const folder = join(disk.folder, String(pages));
      cpSync(template, folder, { recursive: true });
      const store = await openStore(folder, migrationsFolder);
      const before = storeUntilRefused(store, 1, 3);
      expect(before.refusal).toBeNull();
      disk.fill(pages * 4096);
      const { told, refusal } = storeUntilRefused(store, 4, 1000);
      expectRefusal(refusal, /disk is full \(SQLITE_FULL\)\. Make room/);
      expect(epochsOf(store)).toEqual(upTo(told)); // reading goes on
      disk.empty();
      expect(storeUntilRefused(store, told + 1, 3)).toEqual({ told: told + 3, refusal: null });
      store.close();
      const again = await openStore(folder, migrationsFolder); // which reads the whole file through
      expect(epochsOf(again)).toEqual(upTo(told + 3));
      again.close();
      rmSync(folder, { recursive: true });
    }
  },
);

/** Limits what this process may do, as the system would refuse it: nobody needs to be root, and no library stands in between. */
const limited = <T>(limit: 'fsize' | 'nofile', most: number, work: () => T): T => {
  const set = (value: string): void => {
    const { status, stderr } = spawnSync('prlimit', ['--pid', String(process.pid), `--${limit}=${value}`]);
    if (status !== 0) throw new Error(String(stderr));
  };
  const listed = spawnSync('prlimit', ['--pid', String(process.pid), `--${limit}`, '--output', 'SOFT', '--noheadings']);
  const former = String(listed.stdout).trim();
  set(`${String(most)}:`);
  try {
    return work();
  } finally {
    set(`${former}:`);
  }
};

const canLimit = spawnSync('prlimit', ['--version']).status === 0;

test.skipIf(!canLimit)(
  'a write that the system refuses (SQLITE_IOERR) is said, costs nothing that was told, and is forgotten once it works again',
  { timeout: 120_000 },
  async () => {
    const folder = temporaryFolder();
    const store = await begun(folder);
    onTestFinished(() => store.close());
    let last = storeUntilRefused(store, 1, 5).told;
    for (const most of [0, 4096, 100_000]) {
      const { told, refusal } = limited('fsize', most, () => storeUntilRefused(store, last + 1, 1000));
      expectRefusal(refusal, /disk reports an error \(SQLITE_IOERR\w*\)|disk is full/);
      expect(epochsOf(store)).toEqual(upTo(told));
      const onward = storeUntilRefused(store, told + 1, 5);
      expect(onward.refusal).toBeNull();
      last = onward.told;
      expect(epochsOf(store)).toEqual(upTo(last));
    }
  },
);

test('a database that another program has locked (SQLITE_BUSY) is said to be, reading goes on, and so does writing afterwards', async () => {
  const folder = temporaryFolder();
  const store = await begun(folder);
  onTestFinished(() => store.close());
  expect(storeUntilRefused(store, 1, 2).refusal).toBeNull();
  const other = new Sqlite(join(folder, 'lab.db'));
  onTestFinished(() => void other.close());
  other.exec('BEGIN IMMEDIATE');
  const { refusal } = storeUntilRefused(store, 3, 1);
  expectRefusal(refusal, /Another program has locked the workspace's database \(SQLITE_BUSY\)/);
  expect(epochsOf(store)).toEqual([1, 2]);
  other.exec('ROLLBACK');
  expect(storeUntilRefused(store, 3, 1)).toEqual({ told: 3, refusal: null });
});

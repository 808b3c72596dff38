import {
  closeSync,
  copyFileSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { expect, onTestFinished, test } from 'vitest';
import { expand } from '../../../shared/experiment.ts';
import { isBackupDue, listBackups } from '../../../src-main/lab/store/backups.ts';
import { LabError } from '../../../shared/errors.ts';
import { openStore } from '../../../src-main/lab/store/index.ts';
import { openStoreToRead } from '../../../src-main/lab/store/openToRead.ts';
import type { Store } from '../../../src-main/lab/store/index.ts';
import { backUpWorkspace, restoreWorkspace } from '../../../src-main/lab/workspaceBackups.ts';
import { experimentOf } from '../fixtures/configs.ts';
import { migrationsFolder } from '../fixtures/labOptions.ts';
import { temporaryFolder } from '../fixtures/labs.ts';

const add = (store: Store, count: number): void => {
  const experiment = experimentOf({ seeds: Array.from({ length: count }, (_, seed) => seed) });
  store.write.addExperiment(experiment, expand(experiment));
};
const workspaceWith = async (runs: number): Promise<string> => {
  const folder = temporaryFolder();
  const store = await openStore(folder, migrationsFolder);
  add(store, runs);
  store.close();
  return folder;
};
const runsIn = async (folder: string): Promise<number> => {
  const store = await openStore(folder, migrationsFolder);
  const { length } = store.read.runs.all();
  store.close();
  return length;
};
const addTo = async (folder: string, runs: number): Promise<void> => {
  const store = await openStore(folder, migrationsFolder);
  add(store, runs);
  store.close();
};

test('a backup is restored as it was; the former database is kept, and nothing else is left', async () => {
  const folder = await workspaceWith(2);
  const name = await backUpWorkspace(folder, migrationsFolder);
  expect(readdirSync(join(folder, 'backups'))).toEqual([name]);
  await addTo(folder, 3);
  const former = readFileSync(join(folder, 'lab.db'));
  const restored = await restoreWorkspace(folder, null);
  expect(restored.name).toBe(name);
  expect(readFileSync(join(folder, restored.formerFolder ?? '', 'lab.db')).equals(former)).toBe(true);
  expect(await runsIn(folder)).toBe(2);
  expect(readdirSync(folder).filter((entry) => entry.includes('.part'))).toEqual([]);
  expect(readdirSync(join(folder, 'backups'))).toEqual([name]);
});

test('a damaged backup is passed over; where none is whole, nothing is changed', async () => {
  const folder = await workspaceWith(2);
  const good = await backUpWorkspace(folder, migrationsFolder);
  const later = 'lab-29991231T235959-schema-1.db';
  const bytes = readFileSync(join(folder, 'backups', good));
  writeFileSync(join(folder, 'backups', later), bytes.fill(0xa5, 4096));
  expect(listBackups(folder)).toEqual([later, good]);
  truncateSync(join(folder, 'lab.db'), 0);
  await expect(openStore(folder, migrationsFolder)).rejects.toThrow('esam-lab restore');
  await expect(restoreWorkspace(folder, later)).rejects.toMatchObject({ code: 'BACKUP_NOT_FOUND' });
  await expect(restoreWorkspace(folder, '../lab.db')).rejects.toMatchObject({ code: 'BACKUP_NOT_FOUND' });
  expect(readFileSync(join(folder, 'lab.db'))).toHaveLength(0);
  expect((await restoreWorkspace(folder, null)).name).toBe(good);
  expect(await runsIn(folder)).toBe(2);
});

test('a copy that is not whole gets no backup’s name, and is not left lying', async () => {
  const folder = await workspaceWith(3);
  const store = await openStore(folder, migrationsFolder);
  onTestFinished(() => store.close());
  // An index that no longer has the order that its table says, as after a flipped bit: only a look into it finds that.
  const other = new Sqlite(join(folder, 'lab.db')).unsafeMode(true);
  other.pragma('writable_schema = ON');
  other
    .prepare("UPDATE sqlite_schema SET sql = replace(sql, 'state)', 'state DESC)') WHERE name = 'run_by_experiment'")
    .run();
  other
    .prepare("UPDATE run SET state = 'finished', started_at = '', ended_at = '', queue_position = NULL WHERE id = 1")
    .run();
  other.close();
  await expect(store.backUp()).rejects.toThrow(/not whole.*run_by_experiment/);
  expect(readdirSync(join(folder, 'backups'))).toEqual([]);
});

test('nothing is restored while a lab has the workspace open', async () => {
  const folder = await workspaceWith(1);
  const store = await openStore(folder, migrationsFolder);
  onTestFinished(() => store.close());
  const name = await store.backUp();
  await expect(restoreWorkspace(folder, name)).rejects.toMatchObject({ code: 'WORKSPACE_BUSY' });
});

test('the last seven stay; the others go into the trash, and what is none of ours stays', async () => {
  const folder = await workspaceWith(1);
  const name = await backUpWorkspace(folder, migrationsFolder);
  const older = Array.from({ length: 8 }, (_, day) => `lab-2025010${String(day + 1)}T000000-schema-1.db`);
  for (const each of [...older, 'my-own.db']) {
    copyFileSync(join(folder, 'backups', name), join(folder, 'backups', each));
  }
  const store = await openStore(folder, migrationsFolder);
  onTestFinished(() => store.close());
  const newest = await store.backUp();
  const kept = [...new Set([newest, name]), ...older.toReversed()].slice(0, 7);
  expect(listBackups(folder)).toEqual(kept);
  expect(readdirSync(join(folder, 'backups'))).toContain('my-own.db');
  const trashed = readdirSync(join(folder, 'trash'), { recursive: true }).map(String);
  expect(trashed.filter((entry) => entry.endsWith('.db'))).toHaveLength(
    older.length + new Set([newest, name]).size - 7,
  );
});

test('a backup is due a day after the last one, if something was written since', async () => {
  const folder = temporaryFolder();
  const store = await openStore(folder, migrationsFolder);
  onTestFinished(() => store.close());
  expect(await store.backUpIfDue()).toBeNull(); // nothing to lose yet
  add(store, 1);
  const name = await store.backUpIfDue();
  expect(name).toMatch(/^lab-\d{8}T\d{6}-schema-\d+\.db$/);
  expect(await store.backUpIfDue()).toBeNull();
  const madeAt = 1_700_000_000; // seconds
  utimesSync(join(folder, 'backups', name ?? ''), madeAt, madeAt);
  const touch = (seconds: number): void =>
    ['lab.db', 'lab.db-wal'].forEach((file) => utimesSync(join(folder, file), seconds, seconds));
  const day = 86_400;
  touch(madeAt - 1);
  expect(isBackupDue(folder, (madeAt + 2 * day) * 1000)).toBe(false); // nothing written since
  touch(madeAt + 60);
  expect(isBackupDue(folder, (madeAt + day - 1) * 1000)).toBe(false); // not a day
  expect(isBackupDue(folder, (madeAt + day) * 1000)).toBe(true);
});

test('a large database is not read through again on the day of a backup that was', async () => {
  const folder = temporaryFolder();
  const store = await openStore(folder, migrationsFolder);
  add(store, 1);
  store.write.log(1, { at: '2026-01-01T00:00:00.000Z', level: 'info', text: 'x'.repeat(70 * 2 ** 20) });
  const name = await store.backUp();
  store.close();
  const file = openSync(join(folder, 'lab.db'), 'r+');
  const pageBytes = 4096;
  writeSync(file, Buffer.alloc(pageBytes, 0xff), 0, pageBytes, 4096 * pageBytes); // amid that text
  closeSync(file);
  expect(await runsIn(folder)).toBe(1);
  writeFileSync(join(folder, 'lab.db-wal'), 'it was not closed'); // which SQLite takes for no log of its own
  await expect(openStore(folder, migrationsFolder)).rejects.toMatchObject({ code: 'WORKSPACE_DAMAGED' });
  rmSync(join(folder, 'lab.db-wal'), { force: true });
  const dayBefore = Date.now() / 1000 - 90_000;
  utimesSync(join(folder, 'backups', name), dayBefore, dayBefore);
  await expect(openStore(folder, migrationsFolder)).rejects.toMatchObject({ code: 'WORKSPACE_DAMAGED' });
});

test('beside a lab a large database is not read through again: what is whole is listed, what is damaged is named where it is read', async () => {
  const folder = temporaryFolder();
  const store = await openStore(folder, migrationsFolder);
  add(store, 1);
  store.close();
  const before = new Sqlite(join(folder, 'lab.db'));
  const pageCount = Number(before.pragma('page_count', { simple: true }));
  before.close();
  const writer = await openStore(folder, migrationsFolder);
  writer.write.log(1, { at: '2026-01-01T00:00:00.000Z', level: 'info', text: 'x'.repeat(70 * 2 ** 20) });
  writer.close();
  const owner = await openStore(folder, migrationsFolder); // finds it whole
  onTestFinished(() => owner.close());
  const file = openSync(join(folder, 'lab.db'), 'r+');
  const pageBytes = 4096;
  // The text is one chain of new pages, each of which begins with the number of the next: these lead nowhere.
  for (let page = pageCount; page < pageCount + 10; page++)
    writeSync(file, Buffer.alloc(pageBytes, 0xff), 0, pageBytes, page * pageBytes);
  closeSync(file);
  const looker = await openStoreToRead(folder, migrationsFolder, new LabError('WORKSPACE_BUSY', 'Only to look at.'));
  onTestFinished(() => looker.close());
  expect(looker.read.runs.all()).toHaveLength(1);
  const wholeLog = { toward: 'earlier', from: null, search: '' } as const;
  for (const { read } of [looker, owner]) {
    expect(() => read.logPage(1, wholeLog)).toThrow(/database is damaged.*SQLITE_CORRUPT.*esam-lab restore/);
  }
});

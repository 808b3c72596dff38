import {
  closeSync,
  copyFileSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  statSync,
} from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Backup, Restored } from '../../../shared/backup.ts';
import { LabError } from '../../../shared/errors.ts';
import { isThere } from '../../files/isThere.ts';
import { oddKind } from '../../files/readRegular.ts';
import { remove } from '../../files/remove.ts';
import { removalOf } from '../../files/removals.ts';
import { makeFolder, syncFolder } from '../../files/syncFolder.ts';
import { trashIn } from '../../files/trash.ts';
import type { Database, OpenDatabase } from './database.ts';

export const backupFolderName = 'backups';
/** "ESAM" in ASCII: marks a database as this lab's. */
export const applicationId = 0x4553414d;
export const databaseName = 'lab.db';
const companions = ['', '-wal', '-shm'];

const keptBackups = 7;
export const dayMs = 24 * 3_600_000;

/** Names of a workspace's backups, newest first. */
export const listBackups = (folder: string): string[] => named(folder, 'backup').sort().reverse();

const named = (folder: string, kind: 'backup' | 'unfinishedDatabase'): string[] => {
  try {
    return readdirSync(join(folder, backupFolderName)).filter((name) => removalOf(kind).name.test(name));
  } catch {
    return []; // there is none yet
  }
};

/** A workspace's backups as a list for people, newest first. */
export const describeBackups = (folder: string): Backup[] =>
  listBackups(folder).flatMap((name) => {
    const found = statSync(join(folder, backupFolderName, name), { throwIfNoEntry: false });
    const madeAt = new Date(name.replace(/^lab-(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})-.*$/, '$1-$2-$3T$4:$5:$6Z'));
    if (found === undefined || !found.isFile() || Number.isNaN(madeAt.getTime())) return [];
    return [{ name, madeAt: madeAt.toISOString(), sizeBytes: found.size }];
  });

/**
 * Keeps a whole copy of the database, named by the time (UTC) and its schema's version. It has its name only once it was opened and
 * found whole. Of the copies the last seven stay.
 * @param write - puts the copy under a name of the folder.
 * @throws Error of SQLite or the file system; nothing is left then.
 */
const keep = (open: OpenDatabase, folder: string, version: number, write: (file: string) => void): string => {
  const { name, unfinished } = newBackup(folder, version);
  try {
    write(unfinished);
    return finish(folder, name, unfinished, backupProblem(open, unfinished));
  } catch (error) {
    removeUnfinished(folder, name);
    throw error;
  }
};

const newBackup = (folder: string, version: number): { name: string; unfinished: string } => {
  makeFolder(join(folder, backupFolderName));
  const time = new Date().toISOString().replace(/[-:]/g, '').slice(0, 15);
  const name = `lab-${time}-schema-${String(version)}.db`;
  removeUnfinished(folder, name);
  const unfinished = join(folder, backupFolderName, `${name}.part`);
  const isTaken = lstatSync(unfinished, { throwIfNoEntry: false }) !== undefined; // a link, which SQLite would write through
  if (isTaken) throw new Error(`Something else lies at ${backupFolderName}/${name}.part.`);
  return { name, unfinished };
};

const removeUnfinished = (folder: string, name: string): void => {
  for (const suffix of [...companions, '-journal']) {
    remove('unfinishedDatabase', folder, backupFolderName, `${name}.part${suffix}`);
  }
};

/** Removes what backups that were cut short have left; only whoever holds the lock may. */
export const removeUnfinishedBackups = (folder: string): void => {
  for (const name of named(folder, 'unfinishedDatabase')) remove('unfinishedDatabase', folder, backupFolderName, name);
};

const finish = (folder: string, name: string, unfinished: string, problem: string | null): string => {
  if (problem !== null) throw new Error(`The backup of the database is not whole (${problem}).`);
  renameDurably(unfinished, join(folder, backupFolderName, name));
  removeUnfinished(folder, name); // what looking at it has made beside it
  const trash = trashIn(folder);
  for (const old of listBackups(folder).slice(keptBackups)) trash.take('backup', backupFolderName, old);
  return name;
};

/** Before a migration: at once. */
export const backUp = (open: OpenDatabase, database: Database, folder: string, version: number): string =>
  keep(open, folder, version, (file) => database.prepare('VACUUM INTO ?').run(file));

/** While the lab is at work: page by page, and looked through by another thread, so that nothing waits for it. */
export const backUpMeanwhile = async (database: Database, folder: string): Promise<string> => {
  const version = Number(database.pragma('user_version', { simple: true }));
  const { name, unfinished } = newBackup(folder, version);
  try {
    await database.backup(unfinished);
    return finish(folder, name, unfinished, await backupProblemMeanwhile(unfinished));
  } catch (error) {
    removeUnfinished(folder, name);
    throw error;
  }
};

/** Milliseconds since 1970 at which the newest backup was made; null where there is none. */
export const newestBackupAt = (folder: string): number | null => {
  const [newest] = listBackups(folder);
  return newest === undefined ? null : statSync(join(folder, backupFolderName, newest)).mtimeMs;
};

/** The same, of those that were not made by a clock that has been set back since. */
const newestMadeBefore = (folder: string, now: number): number | null => {
  const times = listBackups(folder).map((name) => statSync(join(folder, backupFolderName, name)).mtimeMs);
  const past = times.filter((time) => time <= now + dayMs);
  return past.length === 0 ? null : Math.max(...past);
};

/** Whether a day has passed since the newest backup, and something was written since. */
export const isBackupDue = (folder: string, now = Date.now()): boolean => {
  const madeAt = newestMadeBefore(folder, now);
  if (madeAt === null) return true;
  const changedAt = [databaseName, `${databaseName}-wal`]
    .map((name) => statSync(join(folder, name), { throwIfNoEntry: false })?.mtimeMs ?? 0)
    .reduce((latest, time) => Math.max(latest, time));
  return now - madeAt >= dayMs && changedAt > madeAt;
};

/**
 * Why a file is no whole database of this lab, or null: its pages, tables and indexes. Values are not judged (SQLite leaves CHECKs out where it
 * may not write): a copy with one odd row is better than none. Changes nothing but what SQLite puts beside the file.
 */
export const backupProblem = (open: OpenDatabase, file: string): string | null => {
  try {
    const database = open(file, { readonly: true, fileMustExist: true });
    try {
      if (database.pragma('application_id', { simple: true }) !== applicationId) return 'it is no database of this lab';
      const found: unknown = database.pragma('integrity_check(1)', { simple: true });
      return found === 'ok' ? null : String(found);
    } finally {
      database.close();
    }
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
};

const backupProblemMeanwhile = async (file: string): Promise<string | null> => {
  const code = import.meta.url.endsWith('.ts') ? './checkWorker.ts' : './checkWorker.cjs';
  const worker = new Worker(new URL(code, import.meta.url), { workerData: file });
  const [problem] = (await once(worker, 'message')) as [string | null]; // rejects where the thread ends with an error
  return problem;
};

/**
 * Puts a backup in the database's place. The present files, whole or damaged, are kept in a folder of their own. The caller holds the
 * workspace's lock.
 * @param wished - its name; null = the newest whole one.
 * @returns which it was, and the folder that holds the former files (null where there were none).
 * @throws LabError BACKUP_NOT_FOUND where there is none, or none that is whole; nothing was changed then.
 */
export const restore = (open: OpenDatabase, folder: string, wished: string | null): Restored => {
  const all = listBackups(folder);
  const unfinished = join(folder, `${databaseName}.part`);
  const removeUnfinishedCopy = (suffixes: readonly string[]): void =>
    suffixes.forEach((suffix) => remove('unfinishedDatabase', folder, `${databaseName}.part${suffix}`));
  const isWhole = (name: string): boolean => {
    removeUnfinishedCopy(companions);
    const backup = join(folder, backupFolderName, name);
    if (oddKind(backup) !== null) return false; // a pipe would be waited for
    copyFileSync(backup, unfinished);
    const problem = backupProblem(open, unfinished);
    removeUnfinishedCopy(problem === null ? companions.slice(1) : companions);
    return problem === null;
  };
  const name = (wished === null ? all : all.filter((each) => each === wished)).find(isWhole);
  if (name === undefined) {
    const found = wished === null ? `${String(all.length)} backups, none of them whole` : `no whole backup "${wished}"`;
    throw new LabError(
      'BACKUP_NOT_FOUND',
      `There is ${found}, in this workspace. Nothing was changed. Put a copy of ${databaseName} in its place, or choose another folder.`,
    );
  }
  const formerFolder = putInPlace(folder, unfinished, () => removeUnfinishedCopy(companions));
  return { name, formerFolder };
};

/**
 * Sets the present files aside and puts the copy in their place; if that fails, they are back in theirs.
 * @returns the folder that holds them; null where there were none.
 */
const putInPlace = (folder: string, copy: string, removeCopy: () => void): string | null => {
  const moved: string[] = [];
  let aside: string | null = null;
  try {
    const present = companions
      .map((suffix) => `${databaseName}${suffix}`)
      .filter((file) => isThere(join(folder, file)));
    if (present.length > 0) {
      aside = `former-${new Date().toISOString().replace(/[-:.]/g, '')}`;
      mkdirSync(join(folder, aside));
      // The database first: cut short after it, nothing opens what is left of it without its log.
      for (const file of present) {
        renameSync(join(folder, file), join(folder, aside, file));
        moved.push(file);
      }
    }
    renameDurably(copy, join(folder, databaseName));
    return aside;
  } catch (error) {
    // The copy may have its place already, where only its folder could not be synced: then it stays, and so does what was set aside.
    if (!isThere(copy)) throw error;
    for (const file of moved.toReversed()) renameSync(join(folder, aside ?? '', file), join(folder, file));
    removeCopy();
    throw error;
  }
};

/** Renames a whole, closed file into place after it and before its folder have reached the disk. */
export const renameDurably = (from: string, to: string): void => {
  const descriptor = openSync(from, 'r+');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  renameSync(from, to);
  syncFolder(join(to, '..'));
};

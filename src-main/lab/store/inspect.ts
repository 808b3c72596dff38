import { closeSync, fstatSync, openSync, lstatSync, readdirSync, readSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { LabError } from '../../../shared/errors.ts';
import { isThere } from '../../files/isThere.ts';
import { oddKind } from '../../files/readRegular.ts';
import { remove } from '../../files/remove.ts';
import { writeOwn } from '../../files/writeOwn.ts';
import { applicationId, backupFolderName, databaseName, dayMs, listBackups, newestBackupAt } from './backups.ts';
import { sqliteCode } from './database.ts';
import type { OpenDatabase } from './database.ts';
import type { Migration } from './migrations.ts';
import { columnsOf, schemaProblem } from './schemaProblem.ts';

const headerBytes = 100;

/** To here SQLite's check of all pages takes a moment. */
const quicklyCheckedBytes = 64 * 2 ** 20;

/**
 * Looks at a workspace's database without changing a byte of it.
 * @param leavesCompanions - of a database that others may be opening: what SQLite puts beside it may be theirs by now.
 * @param isCheckedByOwner - whoever has it open found it whole.
 * @returns its schema's version, or null where there is no database and none was lost.
 * @throws LabError WORKSPACE_DAMAGED, WORKSPACE_FOREIGN or WORKSPACE_NEWER.
 */
export const inspectDatabase = (
  open: OpenDatabase,
  folder: string,
  migrations: readonly Migration[],
  { leavesCompanions = false, isCheckedByOwner = false } = {},
): number | null => {
  const file = join(folder, databaseName);
  for (const name of [databaseName, `${databaseName}-wal`, `${databaseName}-shm`]) {
    const odd = oddKind(join(folder, name));
    if (odd !== null) throw damaged(folder, `Where the database's file ${name} should be lies ${odd}.`);
  }
  if (!isThere(file)) {
    const isLink = lstatSync(file, { throwIfNoEntry: false }) !== undefined;
    if (isLink) throw damaged(folder, `The database ${databaseName} is a link to a file that is not there.`);
    const lost = isThere(`${file}-wal`) || newestBackup(folder) !== null;
    if (lost) throw damaged(folder, 'The database file is missing, though parts or backups of it are here.');
    const orphan = ['checkpoints', 'datasets'].find((name) => hasEntries(join(folder, name)));
    if (orphan !== undefined) {
      throw damaged(folder, `The database file is missing, though there are ${orphan} that only it knows about.`);
    }
    return null;
  }
  checkHeader(folder, file);
  const { version, columns } = readSchema(open, folder, file, { leavesCompanions, isCheckedByOwner });
  checkVersion(folder, version, migrations.length);
  const problem = schemaProblem(open, columns, migrations, version);
  if (problem !== null) throw damaged(folder, problem);
  return version;
};

const checkVersion = (folder: string, version: number, newestKnown: number): void => {
  if (version > newestKnown) {
    throw new LabError(
      'WORKSPACE_NEWER',
      `This workspace was written by a newer ESAM Lab (schema ${String(version)}; this one knows ${String(newestKnown)}). ` +
        'Nothing was changed. Open it with the newer version.',
    );
  }
  if (version < 1)
    throw damaged(folder, `The database says that its schema is ${String(version)}; the first one is 1.`);
};

/** @see https://sqlite.org/fileformat.html, "The Database Header" */
const checkHeader = (folder: string, file: string): void => {
  const header = Buffer.alloc(headerBytes);
  const descriptor = openSync(file, 'r');
  try {
    const { size } = fstatSync(descriptor);
    if (size === 0) throw damaged(folder, 'The database file is empty (0 bytes): its content was lost.');
    const read = readSync(descriptor, header, 0, headerBytes, 0);
    if (read < headerBytes || header.toString('latin1', 0, 16) !== 'SQLite format 3\0') {
      throw damaged(folder, 'The database file does not begin like an SQLite database.');
    }
    if (header.readUInt32BE(68) !== applicationId) {
      throw new LabError(
        'WORKSPACE_FOREIGN',
        `The file ${databaseName} in this folder is a database of another program. Nothing was changed. Choose another folder.`,
      );
    }
    const pageSize = header.readUInt16BE(16) === 1 ? 65536 : header.readUInt16BE(16);
    const expected = pageSize * header.readUInt32BE(28);
    // With a write-ahead log the missing pages may still lie there, so only its absence proves the loss.
    if (size < expected && !hasContent(`${file}-wal`)) {
      throw damaged(folder, `The database file is cut off (${String(size)} bytes of ${String(expected)}).`);
    }
  } finally {
    closeSync(descriptor);
  }
};

const isLarge = (folder: string): boolean => statSync(join(folder, databaseName)).size > quicklyCheckedBytes;

/** When a large database was read through last without making a backup of it: the time of this file. */
const checkedName = 'lab.checked';

const noteChecked = (folder: string): void => {
  if (!isLarge(folder)) return;
  try {
    writeOwn(join(folder, checkedName), 'The database was read through and found whole when this was written.\n');
  } catch {
    return; // the next one reads it through again
  }
};

/** A large database is not read through again where it was closed as it should be and it, or a backup of it, was within the last day. */
const isVouchedFor = (folder: string): boolean => {
  const checkedAt = statSync(join(folder, checkedName), { throwIfNoEntry: false })?.mtimeMs ?? null;
  const isYoung = [newestBackupAt(folder), checkedAt].some((at) => at !== null && Math.abs(Date.now() - at) < dayMs);
  return isLarge(folder) && !hasContent(join(folder, `${databaseName}-wal`)) && isYoung;
};

const readSchema = (
  open: OpenDatabase,
  folder: string,
  file: string,
  { leavesCompanions, isCheckedByOwner }: { leavesCompanions: boolean; isCheckedByOwner: boolean },
): { version: number; columns: ReturnType<typeof columnsOf> } => {
  const made = leavesCompanions ? [] : [`${file}-wal`, `${file}-shm`].filter((name) => !isThere(name));
  try {
    const database = open(file, { readonly: true, fileMustExist: true });
    try {
      if (!isCheckedByOwner && !isVouchedFor(folder)) {
        const found: unknown = database.pragma('quick_check(1)', { simple: true });
        if (found !== 'ok') throw damaged(folder, `SQLite's check of the database failed (${String(found)}).`);
        if (!leavesCompanions) noteChecked(folder);
      }
      return { version: Number(database.pragma('user_version', { simple: true })), columns: columnsOf(database) };
    } finally {
      database.close();
      for (const name of made) remove('databaseCompanion', folder, basename(name)); // made by this very look, hence empty
    }
  } catch (error) {
    const code = sqliteCode(error);
    if (code === null) throw error;
    if (code === 'SQLITE_CANTOPEN' || code.startsWith('SQLITE_READONLY')) {
      throw new LabError(
        'WORKSPACE_UNWRITABLE',
        "The workspace's database cannot be opened for writing. Check the permissions of the folder and its files.",
        { cause: error },
      );
    }
    throw damaged(folder, `SQLite cannot read the database (${code}).`, error);
  }
};

/** Whether something lies in a folder, or something else than a folder in its place. */
const hasEntries = (folder: string): boolean => {
  try {
    return readdirSync(folder).length > 0;
  } catch {
    return isThere(folder); // what cannot be read may hold something
  }
};

const hasContent = (file: string): boolean => isThere(file) && statSync(file).size > 0;

const newestBackup = (folder: string): string | null => listBackups(folder)[0] ?? null;

const damaged = (folder: string, what: string, cause?: unknown): LabError => {
  const backup = newestBackup(folder);
  const advice =
    backup === null
      ? `There is no backup in this workspace: restore ${databaseName} from your own, or choose another folder.`
      : `The newest backup is ${backupFolderName}/${backup}: "esam-lab restore" puts it in place and keeps the present files.`;
  return new LabError('WORKSPACE_DAMAGED', `${what} Nothing was changed. ${advice}`, { cause });
};

import { join } from 'node:path';
import { LabError } from '../../../shared/errors.ts';
import { makeFolder } from '../../files/makeFolder.ts';
import { remove } from '../../files/remove.ts';
import { describedSet } from '../datasets/stored.ts';
import {
  applicationId,
  backUp,
  backUpMeanwhile,
  databaseName,
  isBackupDue,
  removeUnfinishedBackups,
  renameDurably,
} from './backups.ts';
import { renewConfigs } from './renewConfigs.ts';
import { loadSqlite } from './database.ts';
import type { Database, OpenDatabase } from './database.ts';
import { failingInWords, inWords } from './failures.ts';
import { unnamed } from './holder.ts';
import type { Claim, DoorAddress } from './holder.ts';
import { inspectDatabase } from './inspect.ts';
import { lockSoon } from './lock.ts';
import { migrate, readMigrations } from './migrations.ts';
import type { Migration } from './migrations.ts';
import { storeReader } from './reader.ts';
import type { StoreReader } from './reader.ts';
import { storeWriter } from './writer.ts';
import type { StoreWriter } from './writer.ts';

export type { StoreReader } from './reader.ts';
export type { StoreWriter } from './writer.ts';
export type { EndState } from './runStates.ts';
export type { RunOfGroup } from './runs.ts';

export interface Store {
  readonly read: StoreReader;
  readonly write: StoreWriter;
  /** Keeps a copy of the database, whole and checked; the last seven stay. @returns its name. */
  backUp(): Promise<string>;
  /** The same where the newest is a day old and something was written since. @returns null where it is not due. */
  backUpIfDue(): Promise<string | null>;
  /** Tells others where this process takes requests about the workspace; null: nowhere. */
  openDoor(door: DoorAddress | null): void;
  close(): void;
}

/**
 * Opens the database of a workspace, makes it on a first start, and brings it up to date.
 * @param folder - the workspace; made if it does not exist.
 * @param claim - what others are told of this process.
 * @throws LabError WORKSPACE_BUSY, _UNWRITABLE, _DAMAGED, _FOREIGN, _NEWER (then nothing was changed), RUNTIME_TOO_OLD.
 */
export const openStore = async (folder: string, migrationsFolder: string, claim: Claim = unnamed): Promise<Store> => {
  const open = await loadSqlite();
  makeWorkspaceFolder(folder);
  const lock = await lockSoon(open, folder, claim);
  let opened: Database | null = null;
  try {
    const migrations = readMigrations(migrationsFolder);
    if (inspectDatabase(open, folder, migrations) === null) create(open, folder, migrations);
    const database = configure(open(join(folder, databaseName), { fileMustExist: true }));
    opened = database;
    removeUnfinishedBackups(folder);
    migrate(database, migrations, (version) => void backUp(open, database, folder, version));
    renewConfigs(database, (id) => describedSet(join(folder, 'datasets'), id));
    const read = failingInWords(storeReader(database));
    const write = failingInWords(storeWriter(database));
    write.removeArriving();
    const keepCopy = (): Promise<string> =>
      backUpMeanwhile(database, folder).catch((error: unknown) => {
        throw inWords(error);
      });
    return {
      read,
      backUp: keepCopy,
      backUpIfDue: async () => (read.runs.hasAny() && isBackupDue(folder) ? keepCopy() : null),
      write,
      openDoor: (door) => lock.openDoor(door),
      close: () => {
        database.close();
        lock.release();
      },
    };
  } catch (error) {
    opened?.close();
    lock.release();
    throw inWords(error);
  }
};

const makeWorkspaceFolder = (folder: string): void => {
  try {
    makeFolder(folder);
  } catch (error) {
    throw new LabError('WORKSPACE_UNWRITABLE', 'The workspace folder cannot be made. Choose another folder.', {
      cause: error,
    });
  }
};

/** Makes the database under a temporary name first: a start that is cut short leaves no half-made one. */
const create = (open: OpenDatabase, folder: string, migrations: readonly Migration[]): void => {
  const unfinished = join(folder, `${databaseName}.part`);
  for (const suffix of ['', '-wal', '-shm']) remove('unfinishedDatabase', folder, `${databaseName}.part${suffix}`);
  const database = open(unfinished);
  try {
    configure(database);
    database.pragma(`application_id = ${String(applicationId)}`);
    migrate(database, migrations, () => undefined);
  } finally {
    database.close();
  }
  renameDurably(unfinished, join(folder, databaseName));
};

const configure = (database: Database): Database => {
  database.pragma('journal_mode = WAL');
  database.pragma('synchronous = FULL'); // an acknowledged epoch survives a power cut
  database.pragma('foreign_keys = ON');
  database.pragma('trusted_schema = OFF');
  return database;
};

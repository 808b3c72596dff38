import { copyFileSync, existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { LabError } from '../../../shared/errors.ts';
import { remove } from '../../files/remove.ts';
import { clearUnfinished, noteUnfinished } from '../../files/unfinished.ts';
import { describedSet } from '../datasets/stored.ts';
import { databaseName } from './backups.ts';
import { loadSqlite } from './database.ts';
import type { Database, OpenDatabase } from './database.ts';
import { failingInWords, inWords } from './failures.ts';
import type { Store } from './index.ts';
import { inspectDatabase } from './inspect.ts';
import { isLocked } from './lock.ts';
import { migrate, readMigrations } from './migrations.ts';
import { storeReader } from './reader.ts';
import { refuseLinks } from './refuseLinks.ts';
import { renewConfigs } from './renewConfigs.ts';
import { storeWriter } from './writer.ts';

/**
 * Opens the database of a workspace to look at it, whoever writes to it meanwhile; nothing in the workspace changes. What a lab of this
 * version is writing is read where it stands. Anything else (a read-only folder, an older version's) is copied, and the copy brought up to date.
 * @param refusal - what every change is refused with.
 * @throws LabError WORKSPACE_DAMAGED, _FOREIGN, _NEWER; _UNWRITABLE where there is nothing to look at.
 */
export const openStoreToRead = async (folder: string, migrationsFolder: string, refusal: LabError): Promise<Store> => {
  const open = await loadSqlite();
  const migrations = readMigrations(migrationsFolder);
  if (!existsSync(join(folder, databaseName))) {
    throw new LabError(
      'WORKSPACE_UNWRITABLE',
      `There is no workspace to look at in ${folder}: it has no ${databaseName}. ${refusal.message}`,
    );
  }
  refuseLinks(folder);
  const beside = isLocked(open, folder) ? openBeside(open, folder, migrations.length) : null;
  const { place, end: endCopy } =
    beside === null ? await copyOf(open, folder) : { place: folder, end: () => undefined };
  try {
    // Beside a lab there is nothing to look through: it did so when it opened, and what is damaged is said where it is read.
    inspectDatabase(open, place, migrations, { leavesCompanions: true, isCheckedByOwner: beside !== null });
    const database = beside ?? open(join(place, databaseName), { fileMustExist: true });
    if (beside === null) {
      migrate(database, migrations, () => undefined);
      renewConfigs(database, (id) => describedSet(join(folder, 'datasets'), id));
    }
    return {
      read: failingInWords(storeReader(database)),
      write: refusing(storeWriter(database), refusal),
      backUp: () => Promise.reject(refusal),
      backUpIfDue: () => Promise.resolve(null),
      openDoor: () => undefined,
      close: () => {
        database.close();
        endCopy();
      },
    };
  } catch (error) {
    beside?.close();
    endCopy();
    throw inWords(error);
  }
};

/** The database as its writer leaves it, readable alone; null where that cannot be, or where it is of another version. */
const openBeside = (open: OpenDatabase, folder: string, version: number): Database | null => {
  const database = openReadonly(open, folder);
  if (database?.pragma('user_version', { simple: true }) === version) return database;
  database?.close();
  return null;
};

const openReadonly = (open: OpenDatabase, folder: string): Database | null => {
  let database: Database | null = null;
  try {
    database = open(join(folder, databaseName), { readonly: true, fileMustExist: true });
    database.prepare('SELECT count(*) FROM sqlite_schema').get();
    return database;
  } catch {
    database?.close(); // its folder takes no companions of it, or it is damaged
    return null;
  }
};

interface Copy {
  readonly place: string;
  /** Removes it. */
  readonly end: () => void;
}

/** A folder of the system's temporary ones with a copy of the database, which a process that is killed has noted. */
const copyOf = async (open: OpenDatabase, folder: string): Promise<Copy> => {
  clearUnfinished();
  const place = mkdtempSync(join(tmpdir(), 'esam-lab-look-'));
  const forget = noteUnfinished('readCopy', place);
  const end = (): void => {
    remove('readCopy', dirname(place), basename(place));
    forget();
  };
  try {
    const source = isLocked(open, folder) ? openReadonly(open, folder) : null;
    if (source !== null) {
      await source.backup(join(place, databaseName)); // page by page, whatever is written meanwhile
      source.close();
      return { place, end };
    }
    for (const name of [databaseName, `${databaseName}-wal`]) {
      if (existsSync(join(folder, name))) copyFileSync(join(folder, name), join(place, name));
    }
    return { place, end };
  } catch (error) {
    end();
    throw inWords(error);
  }
};

/** The same functions, all of which refuse. */
const refusing = <T extends object>(functions: T, refusal: LabError): T =>
  new Proxy(functions, {
    get: (target, name, receiver) => {
      const member: unknown = Reflect.get(target, name, receiver);
      if (typeof member === 'object' && member !== null) return refusing(member, refusal);
      if (typeof member !== 'function') return member;
      return () => {
        throw refusal;
      };
    },
  });

import { createRequire } from 'node:module';
import type BetterSqlite3 from 'better-sqlite3';
import { LabError } from '../../shared/errors.ts';

export type Database = BetterSqlite3.Database;
export type OpenDatabase = (file: string, options?: BetterSqlite3.Options) => Database;

/** The Node-API version that better-sqlite3 13 is built against; on less it crashes the process instead of throwing. */
const neededNodeApi = 10;

/**
 * Loads better-sqlite3.
 * @throws LabError RUNTIME_TOO_OLD if this Node or Electron cannot load it.
 */
export const loadSqlite = async (): Promise<OpenDatabase> => {
  const nodeApi = Number(process.versions.napi ?? 0);
  if (nodeApi < neededNodeApi) {
    throw new LabError(
      'RUNTIME_TOO_OLD',
      `This is Node ${process.versions.node} with Node-API ${String(nodeApi)}; the lab's database needs Node-API ${String(neededNodeApi)}. ` +
        'Use Node 24 or Electron 36, or newer.',
    );
  }
  // Required, not imported: Electron's import finds no CommonJS package in an asar.
  const Sqlite = createRequire(import.meta.url)('better-sqlite3') as typeof BetterSqlite3;
  return (file, options) => {
    try {
      return new Sqlite(file, options);
    } catch (error) {
      // Said by the package, not by SQLite, of a folder that it cannot look at.
      if (!(error instanceof TypeError)) throw error;
      throw new LabError(
        'WORKSPACE_UNWRITABLE',
        "The folder of the workspace's database cannot be looked at. Check its rights and the disk, and try again.",
        { cause: error },
      );
    }
  };
};

/** The code of an SQLite error ("SQLITE_BUSY"), else null. */
export const sqliteCode = (error: unknown): string | null =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' && error.code.startsWith('SQLITE_')
    ? error.code
    : null;

import { closeSync, fsyncSync, mkdirSync, openSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { remove } from '../../files/remove.ts';
import type { Database } from './database.ts';

export const backupFolderName = 'backups';

/** Writes a whole copy of the database to the workspace's backups, named by its schema's version and the time (UTC). */
export const backUp = (database: Database, folder: string, version: number): void => {
  const backups = join(folder, backupFolderName);
  mkdirSync(backups, { recursive: true });
  const time = new Date().toISOString().replace(/[-:]/g, '').slice(0, 15);
  const name = `lab-${time}-schema-${String(version)}.db`;
  const removeUnfinished = () => remove('unfinishedDatabase', folder, backupFolderName, `${name}.part`);
  removeUnfinished();
  try {
    database.prepare('VACUUM INTO ?').run(join(backups, `${name}.part`));
    renameDurably(join(backups, `${name}.part`), join(backups, name));
  } catch (error) {
    removeUnfinished();
    throw error;
  }
};

/** Renames a whole, closed file into place after it and before its folder have reached the disk. */
export const renameDurably = (from: string, to: string): void => {
  sync(from, 'r+');
  renameSync(from, to);
  if (process.platform !== 'win32') sync(join(to, '..'), 'r');
};

const sync = (path: string, flags: 'r' | 'r+'): void => {
  const descriptor = openSync(path, flags);
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
};

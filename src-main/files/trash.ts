import { randomBytes } from 'node:crypto';
import { lstatSync, mkdirSync, readdirSync, renameSync } from 'node:fs';
import { basename, join } from 'node:path';
import { placeProblem, remove } from './remove.ts';
import { removalOf } from './removals.ts';
import type { RemovalKind } from './removals.ts';

export const trashFolderName = 'trash';
const keptMs = 24 * 3_600_000;

const stamp = (at: Date): string => at.toISOString().replace(/[-:.]/g, '');

/** When a folder of the trash was filled; null for one that is none of ours. */
const filledAt = (name: string): number | null => {
  if (!removalOf('trashed').name.test(name)) return null;
  const at = name.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\d{3})Z-.*$/, '$1-$2-$3T$4:$5:$6.$7Z');
  const time = Date.parse(at);
  return Number.isNaN(time) ? null : time;
};

/** A place in a workspace's trash, made when the first thing comes into it. Rename only: it costs no room. */
export const trashIn = (workspace: string, now = new Date()) => {
  const name = `${stamp(now)}-${randomBytes(4).toString('hex')}`;
  return {
    /**
     * Moves a regular file (or, for `folder`, a real folder) into the trash.
     * @returns why it stays where it is, or null.
     */
    take: (what: RemovalKind | 'folder', ...parts: readonly string[]): string | null => {
      const path = join(workspace, ...parts);
      try {
        const found = lstatSync(path);
        const isExpected = what === 'folder' ? found.isDirectory() : found.isFile();
        const isOurs = what === 'folder' || removalOf(what).name.test(basename(path));
        const problem =
          placeProblem(workspace, path) ??
          (isExpected && isOurs ? null : 'it is a link, or nothing that the lab has made');
        if (problem !== null) return problem;
        const target = join(workspace, trashFolderName, name, ...parts);
        mkdirSync(join(target, '..'), { recursive: true });
        renameSync(path, target);
        return null;
      } catch (error) {
        const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
        return code === 'ENOENT' ? null : `the system refused it (${code})`;
      }
    },
  };
};

/** Deletes what has lain in a workspace's trash for a day. A trash that is a link is left alone. */
export const sweepTrash = (workspace: string, now = Date.now()): void => {
  const trash = join(workspace, trashFolderName);
  let names: string[];
  try {
    if (!lstatSync(trash).isDirectory()) return;
    names = readdirSync(trash);
  } catch {
    return; // there is none
  }
  for (const name of names) {
    const at = filledAt(name);
    if (at !== null && now - at > keptMs) remove('trashed', workspace, trashFolderName, name);
  }
};

import { lstatSync, readdirSync, rmdirSync, unlinkSync } from 'node:fs';
import { basename, join, relative, sep } from 'node:path';
import { removalOf } from './removals.ts';
import type { RemovalKind } from './removals.ts';

/** What could not be removed, and why it stays. */
export interface Left {
  readonly path: string;
  readonly reason: string;
}

/**
 * The one place where the lab deletes (but for `trash`, which calls it): a regular file or a real folder of a name of its own, below
 * real folders only; no link is followed. What is anything else stays where it is, and is said.
 * @param root - the workspace or cache that the path lies in; it may itself be behind a link, what is below it may not.
 * @returns what stayed; nothing where the path is gone or never was. Never throws.
 */
export const remove = (kind: RemovalKind, root: string, ...parts: readonly string[]): Left[] => {
  const { name, holds } = removalOf(kind);
  const path = join(root, ...parts);
  try {
    const problem = placeProblem(root, path) ?? (name.test(basename(path)) ? null : 'its name is none of ours');
    if (problem !== null) return said([{ path, reason: problem }]);
    if (holds === undefined) return said(removeFile(path));
    return said(removeFolder(path, holds));
  } catch (error) {
    const code = codeOf(error);
    return code === 'ENOENT' ? [] : said([{ path, reason: `the system refused it (${code})` }]);
  }
};

/** Why nothing may be deleted or moved there: the way from `root` leaves it, or goes through something else than folders. */
export const placeProblem = (root: string, path: string): string | null => {
  const way = relative(root, path).split(sep);
  if (way[0] === '' || way[0] === '..') return 'it lies outside of the folder that it should be in';
  const folders = way.slice(0, -1).map((_, index) => join(root, ...way.slice(0, index + 1)));
  const odd = folders.find((folder) => !lstatSync(folder).isDirectory());
  return odd === undefined ? null : `${relative(root, odd)} is a link or no folder`;
};

const removeFile = (path: string): Left[] => {
  if (!lstatSync(path).isFile()) return [{ path, reason: 'it is a link, or no regular file' }];
  unlinkSync(path);
  return [];
};

const removeFolder = (path: string, holds: RegExp): Left[] => {
  if (!lstatSync(path).isDirectory()) return [{ path, reason: 'it is a link, or no folder' }];
  const left = readdirSync(path, { withFileTypes: true }).flatMap((entry) => {
    const inner = join(path, entry.name);
    if (!entry.isDirectory() && !entry.isFile() && !entry.isSymbolicLink()) return [{ path: inner, reason: 'no file' }];
    if (entry.isDirectory()) return removeFolder(inner, holds);
    if (!holds.test(entry.name)) return [{ path: inner, reason: 'its name is none of ours' }];
    if (entry.isFile()) return removeFile(inner);
    if (!allowsLinks(holds)) return [{ path: inner, reason: 'it is a link' }];
    unlinkSync(inner); // the link alone: libraries come with some
    return [];
  });
  if (left.length === 0) rmdirSync(path);
  return left;
};

/** Folders of which everything is ours may hold links; they are deleted, not what they point to. */
const allowsLinks = (holds: RegExp): boolean => holds.source === '.';

const said = (left: Left[]): Left[] => {
  for (const { path, reason } of left) console.error(`${path} stays: ${reason}.`);
  return left;
};

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : String(error);

import { closeSync, constants, existsSync, lstatSync, openSync, readdirSync, rmdirSync, unlinkSync } from 'node:fs';
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
    const above = relative(root, path).split(sep).slice(0, -1);
    return said(
      below(root, above, (here) => {
        const entry = { shown: path, path: join(here, basename(path)) };
        return holds === undefined ? removeFile(entry) : removeFolder(entry, holds);
      }),
    );
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

/** By which name messages call an entry, and by which it is reached. */
interface Entry {
  readonly shown: string;
  readonly path: string;
}

const openFolders = '/proc/self/fd';
const holdsFolders = existsSync(openFolders);

/**
 * Holds a folder open while something is done in it: were a link put in its place after it was looked at, by somebody else who may write there,
 * it would lead nowhere. Only Linux gives a name to what is open.
 */
const held = <T>(folder: string, flags: number, work: (here: string) => T): T => {
  if (!holdsFolders) return work(folder);
  const descriptor = openSync(folder, constants.O_RDONLY | constants.O_DIRECTORY | flags);
  try {
    return work(join(openFolders, String(descriptor)));
  } finally {
    closeSync(descriptor);
  }
};

const below = <T>(folder: string, [next, ...others]: readonly string[], work: (here: string) => T, flags = 0): T =>
  held(folder, flags, (here) =>
    next === undefined ? work(here) : below(join(here, next), others, work, constants.O_NOFOLLOW),
  );

const removeFile = ({ shown, path }: Entry): Left[] => {
  if (!lstatSync(path).isFile()) return [{ path: shown, reason: 'it is a link, or no regular file' }];
  unlinkSync(path);
  return [];
};

const removeFolder = (folder: Entry, holds: RegExp): Left[] => {
  if (!lstatSync(folder.path).isDirectory()) return [{ path: folder.shown, reason: 'it is a link, or no folder' }];
  const left = held(folder.path, constants.O_NOFOLLOW, (here) =>
    readdirSync(here, { withFileTypes: true }).flatMap((entry) => {
      const inner = { shown: join(folder.shown, entry.name), path: join(here, entry.name) };
      const stays = (reason: string): Left[] => [{ path: inner.shown, reason }];
      if (!entry.isDirectory() && !entry.isFile() && !entry.isSymbolicLink()) return stays('no file');
      if (entry.isDirectory()) return removeFolder(inner, holds);
      if (!holds.test(entry.name)) return stays('its name is none of ours');
      if (entry.isFile()) return removeFile(inner);
      if (!allowsLinks(holds)) return stays('it is a link');
      unlinkSync(inner.path); // the link alone: libraries come with some
      return [];
    }),
  );
  if (left.length === 0) rmdirSync(folder.path);
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

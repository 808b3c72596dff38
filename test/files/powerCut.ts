import { readdirSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { withFault } from './faultyFiles.ts';
import type { FileOperation } from './faultyFiles.ts';

/** What a power cut takes with it: contents and names that have not reached the disk. */
interface Unsaved {
  readonly contents: Set<string>;
  readonly names: Set<string>;
}

const isIn = (folder: string, path: string): boolean => path === folder || path.startsWith(`${folder}/`);

/** Gives what is unsaved below one path the other one. */
const moved = (paths: Set<string>, from: string, to: string): void => {
  for (const path of [...paths].filter((each) => isIn(from, each))) {
    paths.delete(path);
    paths.add(to + path.slice(from.length));
  }
};

/** POSIX to the letter: data last after an fsync of the file, a name after an fsync of its folder; whatever else may be lost. */
const apply = ({ contents, names }: Unsaved, { name, path, to, isFlushed }: FileOperation): void => {
  if (['write', 'writev', 'writeFile'].includes(name)) {
    if (isFlushed) contents.delete(path);
    else contents.add(path);
  } else if (name === 'fsync') {
    contents.delete(path);
    for (const each of [...names].filter((other) => dirname(other) === path)) names.delete(each);
  } else if (to !== null) {
    if (name === 'copyFile' || (name === 'link' && contents.has(path))) contents.add(to);
    if (name === 'rename') {
      moved(contents, path, to);
      moved(names, path, to);
    }
    names.add(to);
  }
};

/**
 * Does the work, and then looks which files and folders a power cut at that moment could take away. SQLite's own files are its own
 * affair (`synchronous = FULL`).
 * @param lacks - an operation that the file system has not.
 */
export const lostByPowerCut = async (folder: string, work: () => unknown, lacks = ''): Promise<string[]> => {
  const known = new Set(entriesOf(folder));
  const { operations, error } = await withFault({ folder, at: 0, code: 'EIO', lacks }, async () => {
    await work();
  });
  if (error !== null) throw new Error('The work failed.', { cause: error });
  const unsaved: Unsaved = { contents: new Set(), names: new Set() };
  for (const operation of operations) {
    const { path } = operation;
    if (!known.has(path) && path !== folder) unsaved.names.add(path); // seen for the first time: it is made here
    known.add(path);
    if (operation.to !== null) known.add(operation.to);
    apply(unsaved, operation);
  }
  return entriesOf(folder)
    .filter((path) => !/lab\.(db|lock)/.test(path) && (unsaved.contents.has(path) || unsaved.names.has(path)))
    .map((path) => relative(folder, path) + (statSync(path).isDirectory() ? '/' : ''))
    .sort();
};

const entriesOf = (folder: string): string[] =>
  readdirSync(folder, { recursive: true }).map((name) => join(folder, String(name)));

import { lstatSync, readFileSync, readlinkSync } from 'node:fs';
import type { Stats } from 'node:fs';
import { dirname, resolve } from 'node:path';

/**
 * Who besides root and this user may change one of these files, or put something else in its place: everything on the way to it counts,
 * through links too. In a sticky folder (/tmp) only owners may do so.
 * @param below - only what lies in this folder is looked at, and the folder itself; default: everything up to the root.
 * @returns the first such place as a part of a sentence ("every user of this machine may change /opt/lib"), null where there is none, where
 * a file is missing, and on Windows, which has no such rights.
 */
export const whoElseMayChange = (paths: readonly string[], below = '/'): string | null => {
  if (process.getuid === undefined) return null;
  const seen = new Set<string>();
  const look = (path: string): string | null => {
    if (seen.has(path)) return null;
    seen.add(path);
    const above = dirname(path);
    const problem = path === below || above === path ? null : look(above);
    if (problem !== null) return problem;
    const stats = lstatSync(path, { throwIfNoEntry: false });
    if (stats === undefined) return null;
    return problemOf(path, stats) ?? (stats.isSymbolicLink() ? look(resolve(above, readlinkSync(path))) : null);
  };
  for (const path of paths) {
    const problem = look(resolve(path));
    if (problem !== null) return problem;
  }
  return null;
};

/** Groups that only root fills, and that system folders belong to. */
const rootsGroups: readonly number[] = process.platform === 'darwin' ? [0, 80] : [0];

const problemOf = (path: string, stats: Stats): string | null => {
  const { uid, gid, mode } = stats;
  if (uid !== 0 && uid !== process.getuid?.() && uid !== unknownId('uid'))
    return `${path} belongs to another user (number ${uid})`;
  const isSticky = stats.isDirectory() && (mode & 0o1000) !== 0;
  if (stats.isSymbolicLink() || isSticky) return null;
  if ((mode & 0o002) !== 0) return `every user of this machine may change ${path}`;
  const isOwnGroup = rootsGroups.includes(gid) || gid === process.getgid?.() || gid === unknownId('gid');
  return (mode & 0o020) !== 0 && !isOwnGroup ? `the users of group ${gid} may change ${path}` : null;
};

/** In a container that knows some users only, root of the machine among the others: the number that they all have there. Null elsewhere. */
const unknownId = (kind: 'uid' | 'gid'): number | null => {
  try {
    const knowsAll = /^\s*0\s+0\s+4294967295\s*$/.test(readFileSync(`/proc/self/${kind}_map`, 'utf8'));
    return knowsAll ? null : Number(readFileSync(`/proc/sys/kernel/overflow${kind}`, 'utf8'));
  } catch {
    return null; // no Linux
  }
};

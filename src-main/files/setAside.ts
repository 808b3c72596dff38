import { existsSync, renameSync } from 'node:fs';

/**
 * Gives a file that is in the way, or damaged, another name beside its own, under which nothing looks for it: it is kept, not deleted.
 * @returns that name's path, or null where there was no such file.
 */
export const setAside = (path: string, now = new Date()): string | null => {
  const base = `${path}.aside-${now.toISOString().replace(/[-:.]/g, '')}`;
  let target = base;
  for (let count = 2; existsSync(target); count++) target = `${base}-${count}`;
  try {
    renameSync(path, target);
    return target;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
};

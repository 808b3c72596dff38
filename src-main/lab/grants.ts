import { realpathSync } from 'node:fs';
import { isAbsolute, relative, resolve, sep } from 'node:path';
import { LabError } from '../../shared/errors.ts';

/** The files and folders that the user has chosen for import; a folder stands for all it contains. Links count as what they lead to. */
export const pathGrants = () => {
  const granted = new Set<string>();
  const isWithin = (path: string, folder: string): boolean => {
    const way = relative(folder, path);
    return way.split(sep)[0] !== '..' && !isAbsolute(way);
  };
  return {
    grant: (paths: readonly string[]): void => paths.forEach((path) => granted.add(realPath(path))),
    /** @throws LabError PATH_NOT_GRANTED unless all these were granted. */
    check: (paths: readonly string[]): void => {
      if (paths.every((path) => [...granted].some((folder) => isWithin(realPath(path), folder)))) return;
      throw new LabError(
        'PATH_NOT_GRANTED',
        'These files were not chosen in a dialog. Choose them there, then import.',
      );
    },
  };
};

const realPath = (path: string): string => {
  try {
    return realpathSync(path);
  } catch {
    return resolve(path); // does not exist; the importer says so
  }
};

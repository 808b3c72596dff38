import { join } from 'node:path';
import { folderIn, homeFolder } from '../files/userFolders.ts';

const platformCache = (): string => {
  if (process.platform === 'win32') return folderIn('LOCALAPPDATA') ?? join(homeFolder(), 'AppData', 'Local');
  if (process.platform === 'darwin') return join(homeFolder(), 'Library', 'Caches');
  return folderIn('XDG_CACHE_HOME') ?? join(homeFolder(), '.cache');
};

/** Folder for runtimes, one per user and shared by all checkouts; `ESAM_LAB_CACHE` names another. */
export const cacheFolder = (): string => {
  const named = process.env['ESAM_LAB_CACHE'] ?? '';
  return named === '' ? join(platformCache(), 'esam-lab') : named;
};

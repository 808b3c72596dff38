import { homedir } from 'node:os';
import { join } from 'node:path';

const platformCache = (): string => {
  if (process.platform === 'win32') return process.env['LOCALAPPDATA'] ?? join(homedir(), 'AppData', 'Local');
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches');
  return process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache');
};

/** Folder for runtimes, one per user and shared by all checkouts; `ESAM_LAB_CACHE` names another. */
export const cacheFolder = (): string => process.env['ESAM_LAB_CACHE'] || join(platformCache(), 'esam-lab');

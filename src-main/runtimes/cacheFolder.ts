import { homedir } from 'node:os';
import { join } from 'node:path';

/** An environment variable; an empty one counts as unset. */
const named = (variable: string): string | undefined => {
  const value = process.env[variable];
  return value === '' ? undefined : value;
};

const platformCache = (): string => {
  if (process.platform === 'win32') return named('LOCALAPPDATA') ?? join(homedir(), 'AppData', 'Local');
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches');
  return named('XDG_CACHE_HOME') ?? join(homedir(), '.cache');
};

/** Folder for runtimes, one per user and shared by all checkouts; `ESAM_LAB_CACHE` names another. */
export const cacheFolder = (): string => named('ESAM_LAB_CACHE') ?? join(platformCache(), 'esam-lab');

import { homedir, userInfo } from 'node:os';
import { isAbsolute, join } from 'node:path';

/** A folder that an environment variable names; an empty or relative one counts as unset, as the XDG specification wants it. */
export const folderIn = (variable: string): string | undefined => {
  const value = process.env[variable] ?? '';
  return isAbsolute(value) ? value : undefined;
};

/** The user's folder; where HOME is empty, as in some services and containers, what the system has noted of the user. */
export const homeFolder = (): string => (isAbsolute(homedir()) ? homedir() : userInfo().homedir);

/** Where programs of this user keep what they have to remember. */
export const stateFolder = (): string => {
  if (process.platform === 'win32') return folderIn('LOCALAPPDATA') ?? join(homeFolder(), 'AppData', 'Local');
  if (process.platform === 'darwin') return join(homeFolder(), 'Library', 'Application Support');
  return folderIn('XDG_STATE_HOME') ?? join(homeFolder(), '.local', 'state');
};

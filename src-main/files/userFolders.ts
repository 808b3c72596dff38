import { homedir, userInfo } from 'node:os';
import { isAbsolute } from 'node:path';

/** A folder that an environment variable names; an empty or relative one counts as unset, as the XDG specification wants it. */
export const folderIn = (variable: string): string | undefined => {
  const value = process.env[variable] ?? '';
  return isAbsolute(value) ? value : undefined;
};

/** The user's folder; where HOME is empty, as in some services and containers, what the system has noted of the user. */
export const homeFolder = (): string => (isAbsolute(homedir()) ? homedir() : userInfo().homedir);

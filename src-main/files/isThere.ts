import { statSync } from 'node:fs';

/**
 * Whether something lies there, links followed. Unlike `existsSync`, it does not take what cannot be looked at for missing: something may lie
 * there that must not be written over.
 * @throws Error of the file system.
 */
export const isThere = (path: string): boolean => statSync(path, { throwIfNoEntry: false }) !== undefined;

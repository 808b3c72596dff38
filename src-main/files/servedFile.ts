import { extname, join, normalize, sep } from 'node:path';
import { mediaTypes } from '../../shared/page.ts';

/** The file of a folder that a URL's path means; null for a path that leaves the folder, and for an unknown type. */
export const servedFile = (pathname: string, folder: string): string | null => {
  if (mediaTypes[extname(pathname)] === undefined) return null;
  try {
    const path = decodeURIComponent(pathname);
    const file = normalize(join(folder, path));
    return path.includes('\0') || path.includes('\\') || !file.startsWith(folder + sep) ? null : file;
  } catch {
    return null;
  }
};

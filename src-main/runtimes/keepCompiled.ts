import { mkdirSync } from 'node:fs';
import module from 'node:module';
import { join } from 'node:path';
import { whoElseMayChange } from '../files/whoElseMayChange.ts';
import { cacheFolder } from './cacheFolder.ts';

/**
 * Has Node keep what it compiles of this program, so that the next start only reads it. Processes may share the folder: Node puts files into
 * it by renaming them, and takes none that was made of other sources. Where it cannot be made, or others may change it and so what is run
 * from there, every start compiles anew.
 */
export const keepCompiled = (): void => {
  if ('electron' in process.versions) return; // its start is not ours
  const folder = join(cacheFolder(), 'compiled');
  try {
    mkdirSync(folder, { recursive: true });
  } catch {
    return;
  }
  if (whoElseMayChange([folder]) !== null) return;
  (module as Partial<typeof module>).enableCompileCache?.(folder); // a Node that is too old for the lab has no such thing
};

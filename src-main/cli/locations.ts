import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { folderIn, homeFolder } from '../files/userFolders.ts';

/** Where the command line finds the rest of the lab. */
export interface Locations {
  readonly trainerEntry: string;
  readonly presetsFolder: string;
  readonly paperFolder: string;
  readonly examplesFolder: string;
  readonly migrationsFolder: string;
  readonly packageFile: string;
  /** Folder of the built page. */
  readonly pageFolder: string;
  /** The folder of the sources, where the page can be built; null where the command line itself was built. */
  readonly checkout: string | null;
}

/**
 * Finds everything relative to the entry file: `src-main/cli/index.ts`, or its bundle `out/main/cli.cjs`.
 * @param entryUrl - the entry's `import.meta.url`.
 */
export const locate = (entryUrl: string): Locations => {
  const from = (path: string): string => fileURLToPath(new URL(path, entryUrl));
  const common = {
    presetsFolder: from('../../resources/presets'),
    paperFolder: from('../../resources/paper'),
    examplesFolder: from('../../resources/examples'),
    packageFile: from('../../package.json'),
  };
  return entryUrl.endsWith('.ts')
    ? {
        ...common,
        trainerEntry: from('../trainer/process.ts'),
        migrationsFolder: from('../lab/store/migrations'),
        pageFolder: from('../../out/renderer'),
        checkout: from('../..'),
      }
    : {
        ...common,
        trainerEntry: from('./trainer.cjs'),
        migrationsFolder: from('./migrations'),
        pageFolder: from('../renderer'),
        checkout: null,
      };
};

export const labVersionOf = ({ packageFile }: Locations): string =>
  z.object({ version: z.string() }).parse(JSON.parse(readFileSync(packageFile, 'utf8'))).version;

/** The workspace that is meant: --workspace, else $ESAM_LAB_WORKSPACE, else the app's own. */
export const workspaceFolderOf = (option: string | undefined): string => {
  const named = option ?? process.env['ESAM_LAB_WORKSPACE'] ?? '';
  return named === '' ? join(applicationData(), 'esam-lab', 'workspace') : resolve(named);
};

/** The per-user folder in which applications keep their data; the app's shell uses the same. */
const applicationData = (): string => {
  if (process.platform === 'win32') return folderIn('APPDATA') ?? join(homeFolder(), 'AppData', 'Roaming');
  if (process.platform === 'darwin') return join(homeFolder(), 'Library', 'Application Support');
  return folderIn('XDG_CONFIG_HOME') ?? join(homeFolder(), '.config');
};

import { createHash } from 'node:crypto';
import { join, resolve } from 'node:path';
import { app } from 'electron';

/** Folder of the bundles (`out/main`); everything else lies at a fixed place from here. */
const bundles = import.meta.dirname;

export const labEntry = join(bundles, 'lab.cjs');
export const trainerEntry = join(bundles, 'trainer.cjs');
export const preloadEntry = join(bundles, '../preload/index.cjs');
export const rendererFolder = join(bundles, '../renderer');
export const packageFile = join(bundles, '../../package.json');
export const iconFile = join(bundles, '../../resources/icon.png');

/**
 * Names the folder of the window's own data and returns the workspace's. A workspace named by ESAM_LAB_WORKSPACE has window data
 * of its own, so that two workspaces can be open at once.
 */
export const claimFolders = (): { workspace: string } => {
  const own = join(app.getPath('appData'), 'esam-lab');
  const named = process.env['ESAM_LAB_WORKSPACE'];
  if (named === undefined || named === '') {
    app.setPath('userData', own);
    return { workspace: join(own, 'workspace') };
  }
  const workspace = resolve(named);
  const hash = createHash('sha256').update(workspace).digest('hex').slice(0, 16);
  app.setPath('userData', join(own, 'windows', hash));
  return { workspace };
};

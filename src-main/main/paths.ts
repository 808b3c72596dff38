import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { app } from 'electron';
import { readSettings } from './settings.ts';

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
export const claimFolders = (): Claimed => {
  const own = join(app.getPath('appData'), 'esam-lab');
  const named = process.env['ESAM_LAB_WORKSPACE'];
  if (named === undefined || named === '') {
    app.setPath('userData', own);
    return { ...chosenWorkspace(join(own, 'workspace')), isNamed: false };
  }
  const workspace = resolve(named);
  const hash = createHash('sha256').update(workspace).digest('hex').slice(0, 16);
  app.setPath('userData', join(own, 'windows', hash));
  return { workspace, isNamed: true, notice: null };
};

export interface Claimed {
  readonly workspace: string;
  /** By ESAM_LAB_WORKSPACE. */
  readonly isNamed: boolean;
  /** What is to be said of it on screen. */
  readonly notice: string | null;
}

/** The workspace that was chosen on the settings page. One that is not there now, as on a disk that is away, is not made anew. */
const chosenWorkspace = (usual: string): Omit<Claimed, 'isNamed'> => {
  const { workspace: chosen } = readSettings();
  if (chosen === null || existsSync(chosen)) return { workspace: chosen ?? usual, notice: null };
  const notice = `The workspace ${chosen}, which was open last, is not there now. This is the usual one; once the other is there again, open it on the Settings page.`;
  return { workspace: usual, notice };
};

import { cpSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { remove } from '../../files/remove.ts';
import { findElectron } from './index.ts';

export interface Distribution {
  /** For electron-builder: the folder to take Electron from, and which one it is. */
  readonly config: { readonly electronDist: string; readonly electronVersion: string };
  /** It is older than the last of the fuses. */
  readonly isStandIn: boolean;
  dispose(): void;
}

/**
 * The Electron that development uses, to be packaged without a download.
 * @param mayBeStandIn - a stand-in is good for trying the package, never for an installer.
 * @returns null where only a stand-in is at hand and may not be taken.
 */
export const electronAtHand = async (mayBeStandIn: boolean): Promise<Distribution | null> => {
  const { path, standIn, version, notice } = await findElectron();
  const distribution = dirname(path);
  if (!standIn) {
    const config = { electronDist: distribution, electronVersion: version };
    return { config, isStandIn: false, dispose: () => undefined };
  }
  if (!mayBeStandIn) return null;
  console.warn(`Packaged with a stand-in, to be tried only: ${notice ?? ''}`);
  // Without the launcher that stands in for Electron's default app: it would be started instead of the package.
  const copy = mkdtempSync(join(tmpdir(), 'electron-staging-'));
  cpSync(distribution, copy, {
    recursive: true,
    filter: (source) => source !== join(distribution, 'resources', 'app'),
  });
  return {
    config: { electronDist: copy, electronVersion: version },
    isStandIn: true,
    dispose: () => void remove('staging', dirname(copy), basename(copy)),
  };
};

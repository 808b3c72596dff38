import { LabError } from '../../../shared/errors.ts';
import { cacheFolder } from '../cacheFolder.ts';
import { withLock } from '../lock.ts';
import { downloadBinary, installedBinary } from './package.ts';
import {
  installedStandIn,
  isStandInFresh,
  isStandInPlatform,
  prepareStandIn,
  refreshStandIn,
  standInVersion,
} from './standIn.ts';

export interface FoundElectron {
  /** The executable; start the app with `path <app folder>`. */
  readonly path: string;
  /** An old Electron out of an npm package, for development and tests where the real one is not to be had. */
  readonly standIn: boolean;
  readonly version: string;
  /** To be said in the terminal and the title bar; null when there is nothing to say. */
  readonly notice: string | null;
}

const standIn = (path: string): FoundElectron => ({
  path,
  standIn: true,
  version: standInVersion,
  notice: `Stand-in Electron ${standInVersion} (2023): the real one could not be downloaded. For development only.`,
});

const own = (binary: { path: string; version: string }): FoundElectron => ({ ...binary, standIn: false, notice: null });

/**
 * Finds an Electron to run the app in: the `electron` package's own, downloaded if need be, else the stand-in.
 * Safe to call from several processes at once.
 * @throws LabError INSTALL_FAILED, INSTALL_CHECKSUM, INSTALL_CANCELLED
 */
export const findElectron = async (
  options: { onProgress?: (line: string) => void; signal?: AbortSignal } = {},
): Promise<FoundElectron> => {
  const { onProgress = () => undefined, signal = new AbortController().signal } = options;
  const cache = cacheFolder();
  const present = installedBinary();
  if (present !== null) return own(present);
  const recent = installedStandIn(cache);
  if (recent !== null && (await isStandInFresh(cache))) return standIn(recent);

  const onWait = (): void => onProgress('Waiting for another process that prepares Electron');
  return withLock('electron', { signal, onWait }, async () => {
    const meanwhile = installedBinary();
    if (meanwhile !== null) return own(meanwhile);
    const prepared = installedStandIn(cache);
    if (prepared !== null && (await isStandInFresh(cache))) return standIn(prepared);

    onProgress('Downloading Electron');
    const downloaded = await downloadBinary(signal);
    if ('path' in downloaded) return own(downloaded);
    onProgress(`Electron could not be downloaded (${downloaded.reason})`);
    if (!isStandInPlatform()) {
      throw new LabError(
        'INSTALL_FAILED',
        `Electron could not be downloaded (${downloaded.reason}), and there is no stand-in for ${process.platform} ${process.arch}. ` +
          'Connect to the internet and run "npx install-electron"; the command line (npm run lab) works without it.',
      );
    }
    if (prepared === null) return standIn(await prepareStandIn(cache, signal, onProgress));
    await refreshStandIn(cache);
    return standIn(prepared);
  });
};

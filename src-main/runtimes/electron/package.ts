import { readFileSync, existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { runCommand } from '../command.ts';

const downloadLimitMs = 15 * 60_000;
const packageFolder = (): string => dirname(createRequire(import.meta.url).resolve('electron/package.json'));

const readText = (path: string): string | null => (existsSync(path) ? readFileSync(path, 'utf8').trim() : null);

/** Path and version of the `electron` package's own binary where it has been downloaded, else null. */
export const installedBinary = (): { path: string; version: string } | null => {
  const folder = packageFolder();
  const distribution = process.env['ELECTRON_OVERRIDE_DIST_PATH'] ?? join(folder, 'dist');
  const name = readText(join(folder, 'path.txt')) ?? (process.platform === 'win32' ? 'electron.exe' : 'electron');
  const version = readText(join(distribution, 'version'));
  const path = join(distribution, name);
  return version !== null && existsSync(path) ? { path, version: version.replace(/^v/, '') } : null;
};

/** Lets the `electron` package download its binary as it would at its first start; the last line of output is the reason. */
export const downloadBinary = async (
  signal: AbortSignal,
): Promise<{ path: string; version: string } | { reason: string }> => {
  const script = join(packageFolder(), 'install.js');
  const result = await runCommand(process.execPath, [script], { signal, timeoutMs: downloadLimitMs });
  const binary = result.code === 0 ? installedBinary() : null;
  if (binary !== null) return binary;
  const line =
    result.stderr.split('\n').find((text) => text.trim() !== '') ?? `its installer ended with code ${result.code}`;
  return { reason: result.timedOut ? 'the download took more than 15 minutes' : line.trim() };
};

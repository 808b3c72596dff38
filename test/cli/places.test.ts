import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, expect, test, vi } from 'vitest';
import { workspaceFolderOf } from '../../src-main/cli/locations.ts';
import { folderIn, homeFolder } from '../../src-main/files/userFolders.ts';
import { smallRun } from './smallRun.ts';
import { smallWorkspace } from './smallWorkspace.ts';
import { cli } from './spawnCli.ts';

afterEach(() => vi.unstubAllEnvs());

test('an empty HOME or XDG folder counts as unset: nothing is put where the command happens to run', () => {
  vi.stubEnv('ESAM_LAB_WORKSPACE', '');
  for (const value of ['', 'relative/folder']) {
    vi.stubEnv('XDG_CONFIG_HOME', value);
    vi.stubEnv('HOME', '');
    expect(folderIn('XDG_CONFIG_HOME')).toBeUndefined();
    expect(homeFolder()).toMatch(/^(?:\/|[A-Z]:)/);
    expect(workspaceFolderOf(undefined).startsWith(homeFolder())).toBe(true);
  }
});

test('through npm, paths are meant from where the user called it', async () => {
  const folder = await smallWorkspace();
  await writeFile(join(folder, 'run.json'), JSON.stringify(smallRun('small', 1)));
  const project = join(import.meta.dirname, '../..');
  const entry = join(project, 'src-main/cli/index.ts');
  const env = { ...process.env, ESAM_LAB_WORKSPACE: folder, INIT_CWD: folder, npm_lifecycle_event: 'lab' };
  const ask = (...args: string[]) => promisify(execFile)(process.execPath, [entry, ...args], { cwd: project, env });
  await ask('run', 'run.json');
  const args = ['export', '--format', 'csv', '--spreadsheet', '--output', 'results.csv'];
  await ask(...args);
  expect((await readFile(join(folder, 'results.csv'))).subarray(0, 3)).toEqual(Buffer.of(0xef, 0xbb, 0xbf));
  expect((await cli(folder, ['export', '--format', 'csv'])).stdout.charCodeAt(0)).not.toBe(0xfeff);
}, 300_000);

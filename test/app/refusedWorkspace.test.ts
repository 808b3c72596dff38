import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { backUpWorkspace } from '../../src-main/lab/workspaceBackups.ts';
import { migrationsFolder } from '../lab/fixtures/labOptions.ts';
import { openApp, temporaryHome } from './app.ts';

let home: Awaited<ReturnType<typeof temporaryHome>>;

beforeEach(async () => {
  home = await temporaryHome();
});
afterEach(() => home.dispose());

test('a damaged database is left as it is, and the window says so', async () => {
  const bytes = Buffer.alloc(4096, 'this is no database ');
  const file = join(home.folder, 'workspace', 'lab.db');
  await mkdir(join(home.folder, 'workspace'), { recursive: true });
  await writeFile(file, bytes);
  const opened = await openApp(home.folder);
  try {
    await opened.page.getByRole('alert', { name: 'The workspace’s database cannot be read' }).waitFor();
    expect(await opened.page.getByRole('alert').count()).toBe(1);
    await expect(opened.ask('workspace', {})).rejects.toThrow(/^WORKSPACE_(DAMAGED|FOREIGN): /);
    expect(await readFile(file)).toEqual(bytes);
  } finally {
    await opened.quit();
  }
});

test('a backup restored in the window opens the workspace, with the damaged file beside it', async () => {
  const workspace = join(home.folder, 'workspace');
  const name = await backUpWorkspace(workspace, migrationsFolder);
  await writeFile(join(workspace, 'lab.db'), '');
  const opened = await openApp(home.folder);
  try {
    const refused = opened.page.getByRole('alert', { name: 'The workspace’s database cannot be read' });
    await refused.getByRole('button', { name: /^Restore the backup of / }).click();
    await opened.page.getByRole('link', { name: 'New experiment' }).waitFor();
    const { startNotices } = await opened.ask('workspace', {});
    expect(startNotices).toEqual([expect.stringContaining(`Restored ${name}. The former database is kept`)]);
    const former = (await readdir(workspace)).filter((entry) => entry.startsWith('former-'));
    expect(await readFile(join(workspace, former[0] ?? '', 'lab.db'), 'utf8')).toBe('');
    await expect(opened.ask('restoreBackup', { name })).rejects.toThrow(/^WORKSPACE_BUSY: /);
  } finally {
    await opened.quit();
  }
});

test('a second app on the same workspace is refused until the first is closed', async () => {
  let first: Awaited<ReturnType<typeof openApp>> | null = await openApp(home.folder);
  // Another user interface data folder, so that the single-instance lock does not see the first one.
  const second = await openApp(home.folder, { XDG_CONFIG_HOME: join(home.folder, 'other-config') });
  try {
    await expect(second.ask('workspace', {})).rejects.toThrow(/^WORKSPACE_BUSY: /);
    expect(await first.ask('runs', { experimentId: null })).toEqual([]);
    const refused = second.page.getByRole('alert', { name: 'This workspace is open already' });
    await refused.waitFor();
    await first.quit();
    first = null;
    await refused.getByRole('button', { name: 'Try again' }).click();
    await second.page.getByRole('link', { name: 'New experiment' }).waitFor();
    expect((await second.ask('workspace', {})).folder).toBe(second.workspace);
  } finally {
    await Promise.all([second.quit(), first?.quit()]);
  }
});

import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findElectron } from '../../src-main/runtimes/electron/index.ts';
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
    await opened.page
      .getByRole('alert')
      .filter({ hasText: /database/ })
      .first()
      .waitFor();
    await expect(opened.ask('workspace', {})).rejects.toThrow(/^WORKSPACE_(DAMAGED|FOREIGN): /);
    expect(await readFile(file)).toEqual(bytes);
  } finally {
    await opened.quit();
  }
});

test('a second app on the same workspace is refused by name, the first goes on', async () => {
  const first = await openApp(home.folder);
  try {
    await first.ask('workspace', {});
    // Another user interface data folder, so that the single-instance lock does not see the first one.
    const second = await openApp(home.folder, { XDG_CONFIG_HOME: join(home.folder, 'other-config') });
    try {
      await expect(second.ask('workspace', {})).rejects.toThrow(/^WORKSPACE_BUSY: /);
      expect(await first.ask('runs', { experimentId: null })).toEqual([]);
    } finally {
      await second.quit();
    }
  } finally {
    await first.quit();
  }
});

test('without another Node the lab is a utility process with the window’s own port; a Node too old is said in words', async () => {
  const { standIn } = await findElectron();
  const opened = await openApp(home.folder, { ESAM_LAB_NODE: '' });
  try {
    const types = await opened.app.evaluate(({ app }) => app.getAppMetrics().map(({ type }) => type));
    expect(types).toContain('Utility');
    // Only the stand-in's Node is too old for the store; the answer came over the same kind of port either way.
    if (standIn) await expect(opened.ask('workspace', {})).rejects.toThrow(/^RUNTIME_TOO_OLD: .*Node-API/);
    else expect((await opened.ask('workspace', {})).folder).toBe(opened.workspace);
  } finally {
    await opened.quit();
  }
});

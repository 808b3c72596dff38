import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openApp, temporaryHome } from './app.ts';

const bundle = join(process.cwd(), 'resources/examples/label-noise.esamlab');

test('a bundle that the system opens with the app is imported, and shown: by a running app too', async () => {
  const home = await temporaryHome();
  const opened = await openApp(home.folder);
  try {
    expect(await opened.ask('runs', { experimentId: null })).toEqual([]);
    // As a double click does: the app is started once more, with the file.
    const { spawnfile, spawnargs } = opened.app.process();
    const own = spawnargs
      .slice(1)
      .filter((argument) => !argument.startsWith('--remote-debugging') && !argument.startsWith('--inspect'));
    const second = spawn(spawnfile, [...own, bundle], {
      stdio: 'ignore',
      env: { ...process.env, ESAM_LAB_WORKSPACE: opened.workspace, XDG_CONFIG_HOME: join(home.folder, 'config') },
    });
    await once(second, 'exit');
    // Without a window manager no window is brought to the front, which its page would hear of.
    const isImported = async (): Promise<boolean> => {
      await opened.page.evaluate(() => globalThis.dispatchEvent(new Event('focus')));
      return (await opened.ask('runs', { experimentId: null })).length > 0;
    };
    await expect.poll(isImported, { timeout: 60_000, interval: 500 }).toBe(true);
    await opened.page.getByText(/^Imported \d+ runs\.$/).waitFor();
    await expect.poll(() => opened.page.url()).toContain('compare');
  } finally {
    await opened.quit();
    await home.dispose();
  }
});

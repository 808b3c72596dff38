import { spawn } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { _electron } from 'playwright-core';
import { expect, test } from 'vitest';
import { newWorkspace } from '../../cli/spawnCli.ts';

const address = String.raw`http:\/\/127\.0\.0\.1:\d+\/\?token=`;

// No X server can listen on the second one, whose port would be above 65535.
test.each([
  ['without a display', { DISPLAY: '', WAYLAND_DISPLAY: '' }, 'There is no display'],
  [
    'on a display where nobody answers',
    { DISPLAY: ':65000', WAYLAND_DISPLAY: '' },
    'before it opened a window \\(the display is :65000\\)[^]*instead',
  ],
])('npm start %s says so and prints an address within 30 seconds', async (_where, displays, why) => {
  const environment = { ...process.env, ESAM_LAB_WORKSPACE: await newWorkspace(), ...displays };
  const child = spawn(process.execPath, ['src-main/runtimes/start.ts'], { env: environment });
  try {
    let said = '';
    child.stdout.on('data', (piece: Buffer) => (said += piece.toString()));
    await expect.poll(() => said, { timeout: 30_000 }).toMatch(new RegExp(`${why}[^]*${address}`));
  } finally {
    const ended = new Promise((resolve) => child.once('close', resolve));
    child.kill('SIGINT');
    expect(await ended).toBe(0);
  }
});

test('npm start whose window had opened ends when Electron crashes, and serves no browser', async () => {
  const home = await mkdtemp(join(tmpdir(), 'esam-lab-start-'));
  try {
    // Playwright gives switches to what it starts: here they are Electron's, not Node's.
    const script = join(home, 'start');
    await writeFile(script, `#!/bin/sh\nexec "${process.execPath}" src-main/runtimes/start.ts "$@"\n`);
    await chmod(script, 0o755);
    const app = await _electron.launch({
      executablePath: script,
      env: {
        ...process.env,
        ESAM_LAB_WORKSPACE: join(home, 'workspace'),
        XDG_CONFIG_HOME: join(home, 'config'),
      },
    });
    const start = app.process();
    let said = '';
    start.stdout?.on('data', (piece: Buffer) => (said += piece.toString()));
    const ended = new Promise((resolve) => start.once('close', resolve));
    const isShown = (): Promise<boolean> =>
      app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().some((window) => window.isVisible()));
    await expect.poll(isShown).toBe(true);
    await app.evaluate(() => setImmediate(() => process.crash())).catch(() => undefined);
    expect(await ended).not.toBe(0);
    expect(said).not.toContain('browser instead');
  } finally {
    await rm(home, { recursive: true, force: true, maxRetries: 5 });
  }
});

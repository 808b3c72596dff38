import { spawn } from 'node:child_process';
import { expect, test } from 'vitest';
import { newWorkspace } from '../../cli/spawnCli.ts';

test('npm start without a display says so and prints an address within 30 seconds', async () => {
  const environment = { ...process.env, ESAM_LAB_WORKSPACE: await newWorkspace(), DISPLAY: '', WAYLAND_DISPLAY: '' };
  const child = spawn(process.execPath, ['src-main/runtimes/start.ts'], { env: environment });
  try {
    let said = '';
    child.stdout.on('data', (piece: Buffer) => (said += piece.toString()));
    await expect
      .poll(() => said, { timeout: 30_000 })
      .toMatch(/There is no display[^]*http:\/\/127\.0\.0\.1:\d+\/\?token=/);
  } finally {
    const ended = new Promise((resolve) => child.once('close', resolve));
    child.kill('SIGINT');
    expect(await ended).toBe(0);
  }
});

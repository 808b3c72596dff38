import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findElectron, type FoundElectron } from '../../src-main/runtimes/electron/index.ts';
import { checkSystem } from '../../src-main/runtimes/electron/system.ts';
import { startDisplay } from '../../src-main/runtimes/system/display.ts';

const run = promisify(execFile);
let folder: string;
beforeAll(async () => (folder = await mkdtemp(join(tmpdir(), 'esam-electron-'))));
afterAll(() => rm(folder, { recursive: true }));

test(
  'two processes that prepare Electron in an empty cache at once end with the same, and leave nothing half-done',
  { timeout: 300_000 },
  async () => {
    const module = fileURLToPath(new URL('../../src-main/runtimes/electron/index.ts', import.meta.url));
    const script = `const { findElectron } = await import(${JSON.stringify(module)});
    console.log(JSON.stringify(await findElectron()));`;
    const cache = join(folder, 'cache');
    const env = { ...process.env, ESAM_LAB_CACHE: cache };
    const find = async (): Promise<FoundElectron> => {
      const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', script], { env });
      return JSON.parse(stdout) as FoundElectron;
    };
    const [first, second] = await Promise.all([find(), find()]);
    expect(second).toEqual(first);
    const left = await readdir(cache).catch(() => []);
    expect(left.filter((name) => name.includes('staging') || name.endsWith('.lock'))).toEqual([]);
  },
);

test('the Electron that is found runs an app folder as Electron does: its name, its version, unpackaged', async () => {
  const { path, version } = await findElectron();
  const app = join(folder, 'app');
  await mkdir(app);
  await writeFile(join(app, 'package.json'), '{"name":"trial","version":"1.2.3","main":"main.cjs"}');
  await writeFile(
    join(app, 'main.cjs'),
    `const { app, BrowserWindow } = require('electron');
    app.whenReady().then(async () => {
      const window = new BrowserWindow({ show: true });
      await window.loadURL('data:text/html,<title>seen</title>');
      const said = { name: app.getName(), version: app.getVersion(), packaged: app.isPackaged, path: app.getAppPath() };
      console.log('TRIAL ' + JSON.stringify({ ...said, title: window.getTitle(), electron: process.versions.electron }));
      app.exit(0);
    });`,
  );
  const display = await startDisplay();
  try {
    const env = { ...process.env, DISPLAY: display.name, XDG_CONFIG_HOME: join(folder, 'config') };
    const switches = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
    const { stdout } = await run(path, [...switches, app], { env, timeout: 60_000 });
    const said: unknown = JSON.parse(/TRIAL (.*)/.exec(stdout)?.[1] ?? 'null');
    const expected = { name: 'trial', version: '1.2.3', packaged: false, path: app, title: 'seen', electron: version };
    expect(said).toEqual(expected);
  } finally {
    display.stop();
  }
});

test('a library that Electron cannot find and a missing display are both named', async () => {
  // A program linked against libghost.so, which is then gone.
  await writeFile(join(folder, 'ghost.c'), 'int ghost(void) { return 0; }');
  await writeFile(join(folder, 'haunted.c'), 'int ghost(void); int main(void) { return ghost(); }');
  await run('cc', ['-shared', '-o', 'libghost.so', 'ghost.c'], { cwd: folder });
  await run('cc', ['-o', 'haunted', 'haunted.c', '-L.', '-lghost'], { cwd: folder });
  await rm(join(folder, 'libghost.so'));
  const { DISPLAY, WAYLAND_DISPLAY } = process.env;
  delete process.env['DISPLAY'];
  delete process.env['WAYLAND_DISPLAY'];
  try {
    const [libraries, display] = await checkSystem(join(folder, 'haunted'));
    expect(libraries).toEqual({
      need: 'electron',
      message: 'Electron needs system libraries that are not there: libghost.so.',
    });
    expect(display?.message).toMatch(/^There is no display .*xvfb-run --auto-servernum npm start/);
    process.env['DISPLAY'] = ':0';
    expect(await checkSystem((await findElectron()).path)).toEqual([]);
  } finally {
    Object.assign(process.env, { ...(DISPLAY && { DISPLAY }), ...(WAYLAND_DISPLAY && { WAYLAND_DISPLAY }) });
    if (!DISPLAY) delete process.env['DISPLAY'];
  }
});

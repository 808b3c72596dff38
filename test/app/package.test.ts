import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { extractAll } from '@electron/asar';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { makeAppImage } from '../../src-main/runtimes/electron/appImage.ts';
import { makeDebianPackage } from '../../src-main/runtimes/electron/debianPackage.ts';
import { findElectron } from '../../src-main/runtimes/electron/index.ts';
import { findMksquashfs } from '../../src-main/runtimes/system/programs.ts';
import { smallRun } from '../cli/smallRun.ts';
import { folderWith, smallIdx } from '../lab/datasets/fixtures.ts';
import { eventually } from '../page/page.ts';
import { killAtOnce, processTree } from './processes.ts';

const slow = { timeout: 600_000 };
const packaged = 'dist/linux-unpacked';
const executable = join(packaged, 'esam-lab');
let extracted: string;

// The command of the README, on the Electron at hand.
beforeAll(async () => {
  execFileSync(process.execPath, ['electron.config.ts', '--dir'], { stdio: ['ignore', 'ignore', 'inherit'] });
  extracted = await mkdtemp(join(tmpdir(), 'esam-lab-package-'));
  extractAll(join(packaged, 'resources/app.asar'), extracted);
}, 600_000);
afterAll(() => rm(extracted, { recursive: true, force: true }));

const bytesIn = async (folder: string): Promise<number> => {
  const sizes = (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map(async (entry) => (await stat(join(entry.parentPath, entry.name))).size);
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
};

test('the package holds what it needs, and neither TensorFlow.js nor SQLite for other systems', async () => {
  const files = (await readdir(extracted, { recursive: true })).map(String);
  expect(
    files.filter((name) => /@tensorflow\/tfjs(-core|-layers|-data|-converter|-backend-\w+)?\//.test(name)),
  ).toEqual([]);
  expect(files.filter((name) => /better-sqlite3\/.*\.node$/.test(name))).toEqual([
    `node_modules/better-sqlite3/prebuilds/${process.platform}-${process.arch}.node`,
  ]);
  expect(await bytesIn(join(packaged, 'resources'))).toBeLessThan(150e6);
});

// https://www.electronjs.org/docs/latest/tutorial/fuses: after the sentinel come version, count, and a character a fuse.
test('the binary has its fuses blown', async () => {
  const binary = await readFile(executable);
  const at = binary.indexOf('dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX') + 32;
  expect(binary[at]).toBe(1);
  const wire = binary.toString('latin1', at + 2, at + 2 + (binary[at + 1] ?? 0));
  const named = ['runAsNode', 'cookies', 'nodeOptions', 'nodeCliInspect', 'asarIntegrity', 'onlyLoadAppFromAsar'];
  const fuses = Object.fromEntries(named.map((name, index) => [name, wire[index]]));
  expect(fuses).toMatchObject({ runAsNode: '0', nodeOptions: '0', nodeCliInspect: '0', onlyLoadAppFromAsar: '1' });
  const { standIn } = await findElectron();
  if (!standIn) expect(wire[7]).toBe('0'); // grantFileProtocolExtraPrivileges; the stand-in has none
});

test('what was packaged trains an epoch, and reads it back', slow, async () => {
  const workspace = await mkdtemp(join(tmpdir(), 'esam-lab-package-'));
  onTestFinished(() => rm(workspace, { recursive: true, force: true }));
  const cli = (...args: string[]): string =>
    execFileSync(process.execPath, [join(extracted, 'out/main/cli.cjs'), '--workspace', workspace, ...args], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'inherit'],
    });
  cli('import-data', await folderWith(smallIdx()), '--name', 'small');
  for (const engine of ['tensorflow', 'wasm'] as const) {
    const run = smallRun('small', 1);
    const config = join(workspace, `${engine}.json`);
    await writeFile(config, JSON.stringify({ ...run, device: { ...run.device, engine } }));
    expect(JSON.parse(cli('run', config, '--json'))).toMatchObject({ state: 'finished', epochsDone: 1 });
  }
  expect(cli('export', '--format', 'csv').trim().split('\n')).toHaveLength(3);
});

test('the Debian package installs, opens bundles, and takes away what it brought: no workspace', slow, async () => {
  const root = await mkdtemp(join(tmpdir(), 'esam-lab-deb-'));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  const [deb = '', archive = ''] = await makeDebianPackage({
    unpacked: packaged,
    output: root,
    isStandIn: true,
    level: 1,
  });
  expect(execFileSync('tar', ['-tf', archive], { encoding: 'utf8', maxBuffer: 1e8 })).toContain(
    'linux-unpacked/resources/app.asar\n',
  );
  // A system of its own, with a user in it.
  const system = join(root, 'system');
  const workspace = join(system, 'home/user/.config/esam-lab/workspace');
  await mkdir(workspace, { recursive: true });
  await writeFile(join(workspace, 'lab.db'), 'theirs');
  await mkdir(join(system, 'var/lib/dpkg/updates'), { recursive: true });
  await mkdir(join(system, 'var/lib/dpkg/info'));
  await writeFile(join(system, 'var/lib/dpkg/status'), '');
  const dpkg = (...args: string[]): void =>
    void execFileSync(
      'dpkg',
      ['--root', system, '--force-depends', '--force-script-chrootless', '--force-not-root', ...args],
      {
        stdio: ['ignore', 'ignore', 'inherit'],
      },
    );
  dpkg('--install', deb);
  const installed = join(system, 'opt/esam-lab');
  expect((await stat(join(installed, 'esam-lab'))).mode & 0o111).toBe(0o111);
  expect((await stat(join(installed, 'chrome-sandbox'))).mode & 0o7777).toBe(0o4755);
  expect(await readFile(join(system, 'usr/share/applications/esam-lab.desktop'), 'utf8')).toMatch(
    /^Exec=\/opt\/esam-lab\/esam-lab %f$[^]*^MimeType=application\/vnd\.esam-lab\.bundle\+zip;$/m,
  );
  expect(await readFile(join(system, 'usr/share/mime/packages/esam-lab.xml'), 'utf8')).toContain('pattern="*.esamlab"');
  dpkg('--purge', 'esam-lab');
  expect(await readdir(join(system, 'opt')).catch(() => [])).not.toContain('esam-lab');
  expect(await readFile(join(workspace, 'lab.db'), 'utf8')).toBe('theirs');
});

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });

test('it opens its window; what serves developers does nothing in it', slow, async () => {
  const home = await mkdtemp(join(tmpdir(), 'esam-lab-package-'));
  const port = await freePort();
  await mkdir(join(home, 'config'));
  // What users start, where it can be made: it needs no FUSE so.
  const [program, ...parameters] =
    findMksquashfs() === null
      ? [executable]
      : [
          await makeAppImage({ unpacked: packaged, output: home, isStandIn: true, level: 0 }),
          '--appimage-extract-and-run',
        ];
  const root = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const child = spawn(program, [...parameters, `--remote-debugging-port=${port}`, '--inspect=0', ...root], {
    stdio: ['ignore', 'inherit', 'pipe'],
    env: {
      ...process.env,
      ESAM_LAB_TENSORFLOW_BINDING: '/tmp/foreign.node',
      ESAM_LAB_NODE: '/tmp/foreign-node',
      TMPDIR: home,
      ESAM_LAB_WORKSPACE: join(home, 'workspace'),
      XDG_CONFIG_HOME: join(home, 'config'),
    },
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  onTestFinished(async () => {
    killAtOnce(processTree(child.pid ?? 0));
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    await setTimeout(1000);
    await rm(home, { recursive: true, force: true, maxRetries: 5 });
  });
  const lines = async (id: number): Promise<string> =>
    (await readFile(`/proc/${id}/cmdline`, 'utf8').catch(() => '')).replaceAll('\0', ' ');
  const kinds = async (): Promise<string[]> => Promise.all(processTree(child.pid ?? 0).map(lines));
  await eventually(async () => (await kinds()).filter((line) => line.includes('--type=renderer')).length).toBe(1);
  await eventually(async () => (await kinds()).some((line) => line.includes('node.mojom.NodeService'))).toBe(true);
  for (const id of processTree(child.pid ?? 0)) {
    if (!(await lines(id)).includes('node.mojom.NodeService')) continue;
    const environment = await readFile(`/proc/${id}/environ`, 'utf8');
    expect(environment).not.toMatch(/foreign/);
  }
  await expect(fetch(`http://127.0.0.1:${port}/json/version`)).rejects.toThrow();
  expect(said).not.toMatch(/DevTools listening|Debugger listening/);
});

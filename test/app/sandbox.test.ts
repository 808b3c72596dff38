import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, readFileSync, readlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { findElectron } from '../../src-main/runtimes/electron/index.ts';
import { temporaryHome } from './app.ts';
import { killAtOnce, processTree } from './processes.ts';

const nobody = 65_534;
const asNobody = [`--reuid=${nobody}`, `--regid=${nobody}`, '--clear-groups'];
/** Only root can start a process as somebody else, who must be able to have namespaces. */
const canTry = (): boolean =>
  process.getuid?.() === 0 && spawnSync('setpriv', [...asNobody, 'unshare', '-Ur', 'true']).status === 0;

/** Puts the app where everybody may read it, as the checkout's own folders need not let them. */
const copyApp = (folder: string): string => {
  const app = join(folder, 'app');
  mkdirSync(app);
  execFileSync('cp', ['-a', 'package.json', 'out', 'resources', app]);
  // Links where the disk is the same: half a gigabyte.
  if (spawnSync('cp', ['-al', 'node_modules', app]).status !== 0) execFileSync('cp', ['-a', 'node_modules', app]);
  return app;
};

const commandOf = (pid: number): string => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return ''; // it has ended
  }
};

test.skipIf(!canTry())(
  'for a user who is not root the page is in Chromium’s own sandbox: system calls filtered, no network of this machine',
  { timeout: 240_000 },
  async () => {
    const { folder, dispose } = await temporaryHome();
    onTestFinished(dispose);
    const { path } = await findElectron();
    const copy = join(folder, 'electron'); // root's own cache is closed to others
    execFileSync('cp', ['-a', dirname(path), copy]);
    const app = copyApp(folder);
    const home = join(folder, 'home');
    mkdirSync(home);
    chmodSync(folder, 0o755);
    chownSync(home, nobody, nobody);
    const child = spawn('setpriv', [...asNobody, join(copy, 'electron'), app], {
      stdio: 'ignore',
      env: {
        ...process.env,
        ...{ HOME: home, TMPDIR: home, XDG_CONFIG_HOME: home, XDG_CACHE_HOME: home },
        ...{ ESAM_LAB_NODE: process.execPath.replace(process.cwd(), app), ESAM_LAB_WORKSPACE: join(home, 'workspace') },
      },
    });
    const gone = new Promise((resolve) => child.once('exit', resolve));
    onTestFinished(async () => {
      killAtOnce(processTree(child.pid ?? 0));
      await gone;
    });
    const renderers = (): number[] =>
      processTree(child.pid ?? 0).filter((pid) => commandOf(pid).includes('--type=renderer'));
    await expect.poll(() => renderers().length, { timeout: 120_000 }).toBeGreaterThan(0);
    const [renderer = 0] = renderers();
    const isFiltered = (): boolean => /^Seccomp:\t2$/m.test(readFileSync(`/proc/${renderer}/status`, 'utf8'));
    await expect.poll(isFiltered, { timeout: 60_000 }).toBe(true);
    expect(readFileSync(`/proc/${renderer}/status`, 'utf8')).toMatch(/^NoNewPrivs:\t1$/m);
    for (const kind of ['user', 'net', 'pid'])
      expect(readlinkSync(`/proc/${renderer}/ns/${kind}`)).not.toBe(readlinkSync(`/proc/self/ns/${kind}`));
    for (const pid of processTree(child.pid ?? 0)) expect(commandOf(pid)).not.toContain('--no-sandbox');
  },
);

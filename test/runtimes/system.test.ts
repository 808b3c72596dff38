import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { build, isBuildStale } from '../../src-main/runtimes/build.ts';
import { runCommand } from '../../src-main/runtimes/command.ts';
import { debianPackages } from '../../src-main/runtimes/system/debian.ts';
import { recipeFor } from '../../src-main/runtimes/tensorflow/recipe.ts';

const run = promisify(execFile);

test.each([
  { id: 'debian', version: '12', gtk: 'libgtk-3-0', sound: 'libasound2' },
  { id: 'debian', version: '13', gtk: 'libgtk-3-0t64', sound: 'libasound2t64' },
  { id: 'ubuntu', version: '22.04', gtk: 'libgtk-3-0', sound: 'libasound2' },
  { id: 'ubuntu', version: '24.04', gtk: 'libgtk-3-0t64', sound: 'libasound2t64' },
])('the packages have the names of $id $version', ({ id, version, gtk, sound }) => {
  const os = new Map([
    ['ID', id],
    ['VERSION_ID', version],
  ]);
  const electron = [gtk, 'libnss3', sound, 'libgbm1', 'libxss1'];
  expect(debianPackages(['electron', 'display', 'display'], os)).toEqual([...electron, 'xvfb', 'xauth']);
});

test('a platform without a TensorFlow of its own is named', () => {
  expect(() => recipeFor('gpu', 'darwin-arm64')).toThrow(/no TensorFlow 2\.21\.0 C library for darwin-arm64 \(GPU\)/);
});

const guard = fileURLToPath(new URL('../../src-main/runtimes/requireNode.cjs', import.meta.url));
/** Runs a program that prints its Node's version with a Node that, at first, takes itself for an old one on this platform. */
const runOnOldNode = async (platform: string) => {
  const folder = mkdtempSync(join(tmpdir(), 'esam-node-'));
  const old = join(folder, 'old.cjs');
  writeFileSync(
    old,
    `if (process.env.AGED !== 'yes') {
      process.env.AGED = 'yes';
      Object.defineProperty(process, 'versions', { value: { node: '18.20.4' } });
      Object.defineProperty(process, 'platform', { value: '${platform}' });
    }`,
  );
  writeFileSync(join(folder, 'program.cjs'), 'console.log(process.versions.node, process.argv[2])');
  try {
    return await run(process.execPath, ['--require', old, '--require', guard, join(folder, 'program.cjs'), 'argument']);
  } finally {
    rmSync(folder, { recursive: true });
  }
};

test('an old Node hands over to the one among the packages, or says what is needed, before it meets any TypeScript', async () => {
  expect((await runOnOldNode(process.platform)).stdout).toMatch(/^2[4-9]\.\S+ argument\n$/);
  await expect(runOnOldNode('sunos')).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/needs Node 24 or newer, and this is Node 18\.20\.4/) as string,
  });
});

test('an aborted command takes its children with it', async () => {
  const cancel = new AbortController();
  const lines: string[] = [];
  const script = 'sleep 600 & echo $!; wait';
  const options = {
    signal: cancel.signal,
    onLine: (line: string) => {
      lines.push(line);
      cancel.abort();
    },
  };
  await expect(runCommand('sh', ['-c', script], options)).rejects.toThrow('aborted');
  await expect.poll(() => isRunning(Number(lines[0])), { timeout: 5000 }).toBe(false);
});

const isRunning = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

test('a build is stale when a source is newer than the oldest of its parts, a part is missing, or building failed', async () => {
  const root = mkdtempSync(join(tmpdir(), 'esam-build-'));
  const write = (path: string, seconds: number): void => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), '');
    utimesSync(join(root, path), seconds, seconds);
  };
  try {
    write('shared/a.ts', 100);
    expect(isBuildStale(root)).toBe(true);
    for (const part of ['main/index.cjs', 'preload/index.cjs', 'renderer/index.html']) write(`out/${part}`, 200);
    expect(isBuildStale(root)).toBe(true); // the build was killed before its end
    write('out/built', 200);
    expect(isBuildStale(root)).toBe(false);
    write('src-main/deep/down/b.ts', 300);
    expect(isBuildStale(root)).toBe(true);
    rmSync(join(root, 'src-main'), { recursive: true });
    expect(isBuildStale(root)).toBe(false);
    await expect(build(root)).rejects.toThrow(/could not be built; “npm ci” brings/); // there is nothing to build
    expect(isBuildStale(root)).toBe(true);
  } finally {
    rmSync(root, { recursive: true });
  }
});

import { spawn } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, rm, stat, symlink, truncate, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { runCommand } from '../../src-main/runtimes/command.ts';
import { checkBinding } from '../../src-main/runtimes/tensorflow/check.ts';
import { findLibrary } from '../../src-main/runtimes/tensorflow/find.ts';
import type { FoundKernels } from '../../src-main/runtimes/tensorflow/kernelModules.ts';
import { type FileServer, serveFile } from './fileServer.ts';
import { type TinyWheel, tinyWheel } from './tinyWheel.ts';

interface Line {
  readonly stage?: string;
  readonly bytes?: number | null;
  readonly ready?: string;
  readonly kernels?: FoundKernels;
  readonly refused?: string;
  readonly message?: string;
}

/**
 * A compiler that makes each file once, without the optimization that takes most of the time, and hands out a copy from then on: the
 * command lines and the sources are always the same. With OLD_COMPILER set, it knows no AVX-512.
 */
const rememberingCompiler = `#!/bin/sh
[ "$1" = --version ] && exec g++ --version
for word in "$@"; do
  [ "$last" = -o ] && out=$word
  [ "$OLD_COMPILER$word" = yes-mavx512f ] && echo "g++: error: unrecognized option '$word'" >&2 && exit 1
  last=$word
done
kept=$(dirname "$0")/kept-$(basename "$out")
[ -f "$kept" ] || { g++ "$@" -O0 && cp "$out" "$kept.new" && mv "$kept.new" "$kept"; }
cp "$kept" "$out"
`;

const limitMs = 300_000;
const installer = fileURLToPath(new URL('installer.ts', import.meta.url));
const signal = new AbortController().signal;
let material: string;
let wheel: TinyWheel;
let closedUrl: string;
let cache: string;
let server: FileServer | null;

beforeAll(async () => {
  material = await mkdtemp(join(tmpdir(), 'esam-wheel-'));
  wheel = await tinyWheel(material);
  await writeFile(join(material, 'c++'), rememberingCompiler, { mode: 0o755 });
  const closed = createServer();
  await new Promise<void>((resolve) => closed.listen(0, '127.0.0.1', resolve));
  closedUrl = `http://127.0.0.1:${(closed.address() as AddressInfo).port}`;
  closed.close();
});
afterAll(() => rm(material, { recursive: true }));
beforeEach(async () => {
  cache = await mkdtemp(join(tmpdir(), 'esam-cache-'));
  server = null;
});
afterEach(async () => {
  server?.close();
  await rm(cache, { recursive: true });
});

/** A machine whose only package index is the loopback one, and whose package download is out of reach. */
const environment = (changes: Record<string, string> = {}): Record<string, string> => ({
  ESAM_LAB_CACHE: cache,
  ESAM_LAB_TENSORFLOW_BINDING: '',
  PIP_CONFIG_FILE: '/dev/null',
  PIP_INDEX_URL: `${server?.url ?? closedUrl}/simple/`,
  PIP_EXTRA_INDEX_URL: '',
  PIP_FIND_LINKS: '',
  NO_PROXY: '127.0.0.1',
  TFJS_NODE_CDN_STORAGE: 'https://127.0.0.1:1/',
  LD_LIBRARY_PATH: wheel.libraries,
  CXX: join(material, 'c++'),
  ...changes,
});

/** Runs an installer until it ends, or until `until` says of a line that it is time to kill it as `kill -9` does. */
const install = (changes?: Record<string, string>, space?: string, until?: (line: Line) => boolean): Promise<Line[]> =>
  new Promise((resolve, reject) => {
    const lines: Line[] = [];
    const child = spawn(process.execPath, [installer, ...(space === undefined ? [] : [space])], {
      env: { ...process.env, ...environment(changes) },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let rest = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      const parts = (rest + text).split('\n');
      rest = parts.pop() ?? '';
      for (const part of parts) {
        const line = JSON.parse(part) as Line;
        lines.push(line);
        if (until?.(line) === true) child.kill('SIGKILL');
      }
    });
    child.on('error', reject);
    child.on('close', () => resolve(lines));
  });

const tensorflow = (...parts: string[]): string => join(cache, 'tensorflow', ...parts);
const libraryName = async (): Promise<string> =>
  (await readdir(tensorflow())).find((name) => name.includes('-cpu-')) ?? '';

/** TensorFlow's version, if a binding made from the tiny wheel adds. */
const checkAdds = async (binding: string): Promise<string | null> => {
  vi.stubEnv('LD_LIBRARY_PATH', wheel.libraries);
  try {
    return await checkBinding(binding, signal);
  } finally {
    vi.unstubAllEnvs();
  }
};

/** What a fresh start in this cache would find. */
const find = async (): Promise<string> => {
  vi.stubEnv('ESAM_LAB_CACHE', cache);
  vi.stubEnv('LD_LIBRARY_PATH', wheel.libraries);
  try {
    return (await findLibrary(await libraryName())).state;
  } finally {
    vi.unstubAllEnvs();
  }
};

/** A PATH on which only these programs are. */
const pathWith = async (...programs: string[]): Promise<string> => {
  const folder = join(cache, 'bin');
  await mkdir(folder);
  for (const program of programs) {
    const script = program === 'python3' ? ['python3', '-c', 'import sys; print(sys.executable)'] : ['which', program];
    const { stdout } = await runCommand(script[0] ?? '', script.slice(1));
    await symlink(stdout.trim(), join(folder, program));
  }
  return folder;
};

test(
  'of two installers at once one works, the other waits for it, and both end with the binding that adds',
  { timeout: limitMs },
  async () => {
    server = await serveFile(wheel.fileName, wheel.content, wheel.sha256);
    const [first, second] = await Promise.all([install(), install()]);
    expect(first.at(-1)?.ready).toBeDefined();
    expect(second.at(-1)?.ready).toBe(first.at(-1)?.ready);
    expect(server.ranges).toEqual([null]);
    expect([first, second].filter((lines) => lines[0]?.stage === 'lock')).toHaveLength(1);
    expect((await readdir(tensorflow())).sort()).toEqual([await libraryName(), 'current.json']);

    // A library cut short is noticed and replaced; without its binding, the binding alone is made again: no network then.
    await truncate(tensorflow(await libraryName(), 'tensorflow', 'libtensorflow_cc.so.2'), 5);
    expect(await find()).toBe('broken');
    expect((await install()).at(-1)?.ready).toBe(first.at(-1)?.ready);
    expect(await find()).toBe('ready');
    // Code that anybody may change is not loaded.
    for (const path of [
      first.at(-1)?.ready ?? '',
      tensorflow(await libraryName(), 'tensorflow', 'libtensorflow_cc.so.2'),
    ]) {
      const { mode } = await stat(path);
      await chmod(path, mode | 0o002);
      expect(await find()).toBe('broken');
      await chmod(path, mode);
      expect(await find()).toBe('ready');
    }
    server.close();
    await rm(tensorflow(await libraryName(), 'bindings'), { recursive: true });
    expect(await find()).toBe('missing');
    const again = await install();
    expect(again.map(({ stage }) => stage)).toEqual(['check', 'compile', 'check', 'compile', 'done', undefined]);
    const binding = again.at(-1)?.ready ?? '';
    expect(await checkAdds(binding)).toBe('2.21.0');
  },
);

const zeroed = async (path: string): Promise<void> => writeFile(path, Buffer.alloc((await stat(path)).size));
test(
  'a TensorFlow in which a file is damaged is not ready, and an installation repairs it',
  { timeout: 2 * limitMs },
  async () => {
    server = await serveFile(wheel.fileName, wheel.content, wheel.sha256);
    const { ready = '', kernels } = (await install()).at(-1) ?? {};
    expect(await find()).toBe('ready');
    const library = tensorflow(await libraryName(), 'tensorflow', 'libtensorflow_cc.so.2');
    // How a file is damaged, and what the installer has to do about it.
    const damages: [file: string, damage: () => Promise<void>, stages: string[]][] = [
      ['the binding, empty', () => writeFile(ready, ''), ['compile']],
      ['the binding, zeroed', () => zeroed(ready), ['compile']],
      ['kernels', () => writeFile(kernels?.modules[0]?.path ?? '', 'garbage'), ['compile']],
      ['a library', () => zeroed(library), ['download', 'compile']],
    ];
    for (const [file, damage, stages] of damages) {
      await damage();
      expect(await find(), file).toBe('broken');
      const repaired = await install();
      expect(repaired.at(-1)?.ready, file).toBe(ready);
      const done = new Set(repaired.map(({ stage }) => stage));
      expect(['download', 'compile'].filter((stage) => done.has(stage))).toEqual(stages);
      expect(await find(), file).toBe('ready');
      expect(await checkAdds(ready)).toBe('2.21.0');
    }
  },
);

test(
  'a compiler that cannot build the kernels leaves a TensorFlow that works, and the reason is said and kept',
  { timeout: limitMs },
  async () => {
    server = await serveFile(wheel.fileName, wheel.content, wheel.sha256);
    const lines = await install({ OLD_COMPILER: 'yes' });
    const { ready, kernels } = lines.at(-1) ?? {};
    expect(ready).toBeDefined();
    const told = lines.find(({ stage, message }) => stage === 'check' && message?.includes('-mavx512f'));
    // x64 keeps what the old compiler can build; of arm64's NEON this compiler knows everything.
    const isX64 = process.arch === 'x64';
    expect(kernels?.modules.map(({ title }) => title)).toEqual([isX64 ? 'AVX2' : 'NEON']);
    expect(told !== undefined).toBe(isX64);
    if (isX64)
      expect(kernels?.reason).toMatch(/AVX-512 .*\(g\+\+: error: unrecognized option '-mavx512f'\).*delete .*bindings/);
    expect((await install()).at(-1)).toEqual({ ready, kernels });
  },
);

test(
  'an installer killed in the middle of the download leaves nothing in the way: the next goes on with the other half',
  { timeout: limitMs },
  async () => {
    server = await serveFile(wheel.fileName, wheel.content, wheel.sha256);
    server.fault = { kind: 'stall', afterBytes: 2_000_000 };
    const isHalfway = ({ stage, bytes }: Line): boolean => stage === 'download' && (bytes ?? 0) > 0;
    const killed = await install({}, undefined, isHalfway);
    expect(killed.at(-1)?.ready).toBeUndefined();
    expect((await readdir(tensorflow())).some((name) => name.startsWith('staging-'))).toBe(true);
    server.fault = { kind: 'none' };
    const next = await install();
    expect(next.at(-1)?.ready).toBeDefined();
    expect(next.map(({ stage }) => stage)).not.toContain('lock'); // the dead one holds nothing
    expect(server.ranges[0]).toBeNull();
    expect(server.ranges[1]).toMatch(/^bytes=[1-9]\d*-$/);
    expect((await readdir(tensorflow())).sort()).toEqual([await libraryName(), 'current.json']);
  },
);

test('a wheel that is not what the index promises is refused', { timeout: limitMs }, async () => {
  server = await serveFile(wheel.fileName, wheel.content, 'b'.repeat(64));
  const end = (await install()).at(-1);
  expect(end).toMatchObject({ refused: 'INSTALL_CHECKSUM' });
  expect(await readdir(tensorflow())).toEqual(['downloads']);
});

test(
  'without a network the reason is the network, and the second source is named with its reason',
  { timeout: limitMs },
  async () => {
    const end = (await install()).at(-1);
    expect(end).toMatchObject({ refused: 'INSTALL_NO_NETWORK' });
    expect(end?.message).toMatch(
      /index could not be reached.*older TensorFlow 2\.9\.1 .*could not be downloaded either: \w*Error\b/s,
    );
  },
);

test(
  'without pip, without a compiler and without space each reason is its own, with what to do',
  { timeout: limitMs },
  async () => {
    server = await serveFile(wheel.fileName, wheel.content, wheel.sha256);
    const noPip = (await install({ PATH: await pathWith('g++'), CXX: '' })).at(-1);
    expect(noPip).toMatchObject({ refused: 'INSTALL_NO_PIP' });
    expect(noPip?.message).toMatch(/No Python 3 was found.*apt-get install python3-pip/);
    await rm(join(cache, 'bin'), { recursive: true });
    const noCompiler = (await install({ PATH: await pathWith('python3'), CXX: '' })).at(-1);
    expect(noCompiler).toMatchObject({ refused: 'INSTALL_NO_COMPILER' });
    expect(noCompiler?.message).toMatch(/No C\+\+ compiler.*apt-get install g\+\+/);
    const noSpace = (await install({}, '1000000000')).at(-1);
    expect(noSpace).toMatchObject({ refused: 'INSTALL_NO_SPACE' });
    expect(noSpace?.message).toMatch(/has 1\.0 GB free, but 1\.5 GB are needed/);
    expect(server.ranges).toEqual([]);
  },
);

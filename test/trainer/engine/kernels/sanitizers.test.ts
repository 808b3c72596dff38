import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { findCompiler } from '../../../../src-main/runtimes/tensorflow/compile.ts';
import { instructionSets } from '../../../../src-main/runtimes/tensorflow/kernelModules.ts';
import { kernelsFolder } from '../../../../src-main/runtimes/tensorflow/places.ts';

const folder = mkdtempSync(join(tmpdir(), 'esam-sanitizers-'));
afterAll(() => rmSync(folder, { recursive: true }));
const limitMs = 10 * 60_000;
const compiler = await findCompiler(new AbortController().signal);

const best = instructionSets.find(({ id }) => {
  if (process.arch !== 'x64') return true;
  const processor = readFileSync('/proc/cpuinfo', 'utf8');
  const needed = { amx: /\bamx_bf16\b/, avx512bf16: /\bavx512_bf16\b/, avx512: /\bavx512vl\b/ }[id] ?? /\bavx2\b/;
  return needed.test(processor);
});

/** Compiles the tests of the kernels' mathematics, warnings being errors, and runs them. */
const run = (name: string, flags: readonly string[], wrap: readonly string[] = [], environment = {}) => {
  const program = join(folder, name);
  const sources = [fileURLToPath(new URL('maths.cc', import.meta.url)), join(kernelsFolder, 'threads', 'threads.cc')];
  const warnings = ['-Wall', '-Wextra', '-Werror', '-Wno-psabi', '-pthread'];
  const compiled = spawnSync(
    compiler,
    ['-std=c++17', ...warnings, `-I${kernelsFolder}`, ...(best?.flags ?? []), ...flags, ...sources, '-o', program],
    { encoding: 'utf8' },
  );
  expect(compiled.stderr).toBe('');
  const [command, ...args] = [...wrap, program];
  const { stdout, stderr } = spawnSync(command, args, { encoding: 'utf8', env: { ...process.env, ...environment } });
  return { stdout, stderr };
};

// More threads than cores, and than some kernels have parts.
const threads = { TF_NUM_INTRAOP_THREADS: '5' };
const allRight = { stdout: '5 threads, 0 wrong\n', stderr: '' };

test(
  'the kernels compute what they define, read and write only what is theirs, and do nothing undefined',
  { timeout: limitMs },
  () => {
    const flags = ['-O0', '-g1', '-fsanitize=address,undefined', '-fno-sanitize-recover=all'];
    // Its threads live as long as the process and keep their scratch memory.
    expect(run('address', flags, [], { ...threads, ASAN_OPTIONS: 'detect_leaks=0' })).toEqual(allRight);
  },
);

test('no thread of the kernels reads what another one writes', { timeout: limitMs }, () => {
  // Without randomised addresses: older runtimes of the sanitizer do not find their way with them.
  const wrap = ['setarch', process.arch === 'arm64' ? 'aarch64' : 'x86_64', '-R'];
  expect(run('thread', ['-O0', '-g1', '-fsanitize=thread'], wrap, threads)).toEqual(allRight);
});

test('where the system gives no more threads the kernels do with those that they have', { timeout: limitMs }, () => {
  // A stack of a gigabyte for each, of which two fit into what the process may have.
  const wrap = ['sh', '-c', 'ulimit -s 1048576 && ulimit -v 3000000 && exec "$0"'];
  const { stdout, stderr } = run('limited', ['-O0'], wrap, threads);
  expect(stderr).toBe('');
  expect(stdout).toMatch(/^[123] threads, 0 wrong\n$/);
});

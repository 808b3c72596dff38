import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { LabError } from '../../../shared/errors.ts';
import { runCommand } from '../command.ts';
import { nodeApiHeadersFolder, tfjsFolder } from './places.ts';
import type { Recipe } from './recipe.ts';

const candidates = (): string[] => {
  const named = process.env['CXX'];
  return [...(named === undefined || named === '' ? [] : [named]), 'g++', 'c++', 'clang++'];
};

const advice = (): string => {
  if (process.platform === 'darwin') return 'Install it with "xcode-select --install"';
  return 'Install it (on Debian and Ubuntu: "sudo apt-get install g++")';
};

/**
 * Finds a C++ compiler.
 * @throws LabError INSTALL_NO_COMPILER
 */
export const findCompiler = async (signal: AbortSignal): Promise<string> => {
  for (const program of candidates()) {
    const result = await runCommand(program, ['--version'], { signal, timeoutMs: 30_000 });
    if (result.code === 0) return program;
  }
  throw new LabError(
    'INSTALL_NO_COMPILER',
    `No C++ compiler was found (looked for ${candidates().join(', ')}); one is needed to connect Node and TensorFlow. ` +
      `${advice()} and try again.`,
  );
};

/** Copied, not referenced: in a packaged app they lie in an archive that a compiler cannot read. */
const copyFiles = async (from: string, to: string): Promise<void> => {
  await mkdir(to, { recursive: true });
  for (const name of await readdir(from)) await writeFile(join(to, name), await readFile(join(from, name)));
};

const linkerFlags = (recipe: Recipe, library: string, target: string): string[] => {
  const upward = relative(target, join(library, 'tensorflow'));
  if (process.platform === 'darwin') {
    const files = recipe.libraries.map((name) => join(library, 'tensorflow', name));
    return ['-bundle', '-undefined', 'dynamic_lookup', ...files, `-Wl,-rpath,@loader_path/${upward}`];
  }
  const names = recipe.libraries.map((name) => `-l:${name}`);
  return ['-shared', '-fPIC', `-L${join(library, 'tensorflow')}`, ...names, `-Wl,-rpath,$ORIGIN/${upward}`];
};

/**
 * Compiles tfjs-node's binding against the library with one call of the compiler, about ten seconds.
 * @param library - folder with `tensorflow/` as in site-packages.
 * @param target - folder below `library` for the binding; the two may be moved together afterwards.
 * @throws LabError INSTALL_FAILED with the compiler's first errors.
 */
export const compileBinding = async (
  compiler: string,
  recipe: Recipe,
  library: string,
  target: string,
  signal: AbortSignal,
): Promise<void> => {
  const sources = join(target, 'sources');
  await copyFiles(join(tfjsFolder(), 'binding'), sources);
  await copyFiles(nodeApiHeadersFolder(), join(target, 'headers'));
  const result = await runCommand(
    compiler,
    [
      ...['-std=c++17', '-O2', '-w', '-fvisibility=default', '-DNAPI_VERSION=8'],
      ...[`-I${join(target, 'headers')}`, `-I${join(library, 'tensorflow', 'include')}`],
      ...[join(sources, 'tfjs_backend.cc'), join(sources, 'tfjs_binding.cc')],
      ...['-o', join(target, 'tfjs_binding.node')],
      ...linkerFlags(recipe, library, target),
    ],
    { signal, timeoutMs: 10 * 60_000 },
  );
  if (result.code === 0) return;
  const lines = result.stderr.split('\n');
  const errors = lines.filter((line) => /error|undefined/i.test(line));
  throw new LabError(
    'INSTALL_FAILED',
    `${compiler} could not compile the binding between Node and TensorFlow: ${(errors.length > 0 ? errors : lines).slice(0, 5).join('\n')}`,
  );
};

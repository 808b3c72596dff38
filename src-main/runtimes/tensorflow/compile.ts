import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { LabError } from '../../../shared/errors.ts';
import { runCommand } from '../command.ts';
import { bindingFile, nodeApiHeadersFolder, tfjsFolder } from './places.ts';
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
export const copyFiles = async (from: string, to: string): Promise<void> => {
  await mkdir(to, { recursive: true });
  for (const entry of await readdir(from, { withFileTypes: true })) {
    const [source, copy] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) await copyFiles(source, copy);
    else await writeFile(copy, await readFile(source));
  }
};

/** What is built against a library: `target` is a folder below it; the two may be moved together afterwards. */
export interface Build {
  readonly compiler: string;
  readonly recipe: Recipe;
  /** Folder with `tensorflow/` as in site-packages. */
  readonly library: string;
  readonly target: string;
  readonly signal: AbortSignal;
}

/** Flags with which sources find the headers of Node-API and of TensorFlow. */
export const includeHeaders = async ({ library, target }: Build): Promise<string[]> => {
  const headers = join(target, 'headers');
  await copyFiles(nodeApiHeadersFolder(), headers);
  return ['-DNAPI_VERSION=8', `-I${headers}`, `-I${join(library, 'tensorflow', 'include')}`];
};

/** Where modules are put together; what is left of it goes when they are done. */
export const objectsFolder = ({ target }: Pick<Build, 'target'>): string => join(target, 'objects');

/** Empty libraries of the names of TensorFlow's, in a folder; null where the compiler makes none. */
const standIns = async (build: Build): Promise<string | null> => {
  const folder = objectsFolder(build);
  await mkdir(folder, { recursive: true });
  for (const name of build.recipe.libraries) {
    const flags = ['-shared', '-fPIC', '-nostdlib', `-Wl,-soname,${name}`, '-x', 'c++', '/dev/null'];
    if ((await callCompiler(build, [...flags, '-o', join(folder, name)])) !== null) return null;
  }
  return folder;
};

/**
 * Flags that make a module for Node of objects and the library; they go after the objects. On Linux a module only says which libraries it
 * needs, and what they define is found when it is loaded: empty ones serve as well, without the seconds that reading all of TensorFlow's symbols takes.
 */
export const linkerFlags = async (build: Build): Promise<string[]> => {
  const { recipe, library, target } = build;
  const upward = relative(target, join(library, 'tensorflow'));
  if (process.platform === 'darwin') {
    const files = recipe.libraries.map((name) => join(library, 'tensorflow', name));
    return ['-bundle', '-undefined', 'dynamic_lookup', ...files, `-Wl,-rpath,@loader_path/${upward}`];
  }
  const names = recipe.libraries.map((name) => `-l:${name}`);
  const folder = (await standIns(build)) ?? join(library, 'tensorflow');
  return ['-shared', '-fPIC', `-L${folder}`, '-Wl,--no-as-needed', ...names, `-Wl,-rpath,$ORIGIN/${upward}`];
};

/**
 * Calls the compiler.
 * @returns null, or its first errors.
 */
export const callCompiler = async (
  { compiler, signal }: Pick<Build, 'compiler' | 'signal'>,
  flags: readonly string[],
): Promise<string | null> => {
  const result = await runCommand(compiler, flags, { signal, timeoutMs: 10 * 60_000 });
  if (result.code === 0) return null;
  const lines = result.stderr.split('\n').filter((line) => line.trim() !== '');
  const errors = lines.filter((line) => /error|undefined/i.test(line));
  const said = (errors.length > 0 ? errors : lines).slice(0, 5).join('\n');
  return said === '' ? `it ended with code ${result.code ?? 'none'} and said nothing` : said;
};

/**
 * Compiles tfjs-node's binding against the library with one call of the compiler, about ten seconds.
 * @throws LabError INSTALL_FAILED with the compiler's first errors.
 */
export const compileBinding = async (build: Build): Promise<void> => {
  const sources = join(build.target, 'sources');
  await copyFiles(join(tfjsFolder(), 'binding'), sources);
  const errors = await callCompiler(build, [
    ...['-std=c++17', '-O2', '-w', '-fvisibility=default'],
    ...(await includeHeaders(build)),
    ...[join(sources, 'tfjs_backend.cc'), join(sources, 'tfjs_binding.cc')],
    ...['-o', join(build.target, bindingFile)],
    ...(await linkerFlags(build)),
  ]);
  if (errors === null) return;
  throw new LabError(
    'INSTALL_FAILED',
    `${build.compiler} could not compile the binding between Node and TensorFlow: ${errors}`,
  );
};

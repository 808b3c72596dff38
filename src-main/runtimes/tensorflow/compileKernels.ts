import { mkdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { remove } from '../../files/remove.ts';
import { checkKernels } from './check.ts';
import { type Build, callCompiler, copyFiles, includeHeaders, linkerFlags, objectsFolder } from './compile.ts';
import {
  type InstructionSet,
  instructionSets,
  kernelsRecord,
  type KernelsRecord,
  moduleFile,
} from './kernelModules.ts';
import { bindingFile, kernelsFolder } from './places.ts';

/** Each returns null, or what went wrong. */
type Compile = (source: string, object: string, flags: readonly string[]) => Promise<string | null>;
type Step = () => Promise<string | null>;

const firstFailure = async (...steps: readonly Step[]): Promise<string | null> => {
  for (const step of steps) {
    const failure = await step();
    if (failure !== null) return failure;
  }
  return null;
};

/** Compiles the parts of one module at once, links them and loads the module on trial; what does not work is deleted. */
const makeModule = async (
  build: Build,
  set: InstructionSet,
  threads: Promise<string | null>,
  compile: Compile,
  linking: readonly string[],
): Promise<string | null> => {
  const module = join(build.target, moduleFile(set));
  const objects = [`kernels-${set.id}.o`, `module-${set.id}.o`, 'threads.o'];
  const failure = await firstFailure(
    async () => {
      const parts = await Promise.all([
        compile(join('ops', 'kernels.cc'), `kernels-${set.id}.o`, ['-O3', '-ffp-contract=fast', ...set.flags]),
        compile('module.cc', `module-${set.id}.o`, ['-O2', ...set.moduleFlags]),
        threads,
      ]);
      return parts.find((errors) => errors !== null) ?? null;
    },
    () => {
      const paths = objects.map((name) => join(objectsFolder(build), name));
      return callCompiler(build, [...paths, '-pthread', '-o', module, ...linking]);
    },
    () => checkKernels(join(build.target, bindingFile), module, build.signal),
  );
  if (failure !== null) remove('kernelModule', build.target, moduleFile(set));
  return failure;
};

/**
 * Compiles the lab's own kernels into modules beside the binding, one for each instruction set. Without them TensorFlow computes with
 * its own kernels, slower: a compiler may be too old for the lab's. Why some or all are missing is then kept beside the binding.
 * @param sources - folder with ops/kernels.cc (what computes), module.cc and threads/threads.cc (what runs on any processor) and their headers.
 * @returns null, or that reason.
 */
export const compileKernels = async (build: Build, sources = kernelsFolder): Promise<string | null> => {
  const { compiler, target } = build;
  const [copy, objects] = [join(target, 'kernels'), objectsFolder(build)];
  await copyFiles(sources, copy);
  await mkdir(objects, { recursive: true });
  const shared = [
    '-std=c++17',
    '-fPIC',
    '-Wall',
    '-Wextra',
    '-fvisibility=hidden',
    '-pthread',
    ...(await includeHeaders(build)),
  ];
  const compile: Compile = (source, object, flags) =>
    callCompiler(build, [...shared, ...flags, '-c', join(copy, source), '-o', join(objects, object)]);
  const linking = await linkerFlags(build);
  const threads = compile(join('threads', 'threads.cc'), 'threads.o', ['-O2']);
  const failures = await Promise.all(instructionSets.map((set) => makeModule(build, set, threads, compile, linking)));
  await threads;
  remove('objects', target, basename(objects));
  const found = failures.map((failure) => failure?.split('\n')[0]);
  const sentences = [...new Set(found)].flatMap((failure) => {
    const titles = instructionSets.filter((_, index) => found[index] === failure).map(({ title }) => title);
    const kernels = `The lab's kernels for ${titles.join(' and ')}`;
    return failure === undefined ? [] : [`${kernels} could not be built with ${compiler} and loaded (${failure}).`];
  });
  if (sentences.length === 0) return null;
  const reason = sentences.join(' ');
  await writeFile(join(target, kernelsRecord), JSON.stringify({ reason } satisfies KernelsRecord));
  return reason;
};

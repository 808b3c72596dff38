import { cp, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { runCommand } from '../../src-main/runtimes/command.ts';
import { type Build, findCompiler } from '../../src-main/runtimes/tensorflow/compile.ts';
import { compileKernels } from '../../src-main/runtimes/tensorflow/compileKernels.ts';
import { findTensorflow, type ReadyTensorflow } from '../../src-main/runtimes/tensorflow/index.ts';
import { findKernels, instructionSets, moduleFile } from '../../src-main/runtimes/tensorflow/kernelModules.ts';
import { bindingPath, kernelsFolder, readManifest } from '../../src-main/runtimes/tensorflow/places.ts';
import { recipeFor } from '../../src-main/runtimes/tensorflow/recipe.ts';
import { verify } from '../../src-main/runtimes/tensorflow/verify.ts';

const limitMs = 300_000;
const all = instructionSets.map(moduleFile);
let folder: string;
let installed: ReadyTensorflow;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'esam-kernels-'));
  const found = await findTensorflow();
  if (found.state !== 'ready') throw new Error(`These tests need TensorFlow, which is ${found.state}: ${found.reason}`);
  installed = found;
});
afterAll(() => rm(folder, { recursive: true }));

/** A folder for modules beside a link to the installed library and a copy of its binding. */
const newBuild = async (name: string): Promise<Build> => {
  const library = join(folder, name);
  const target = join(library, 'bindings', 'key');
  await cp(installed.bindingPath, join(target, basename(installed.bindingPath)));
  await symlink(join(installed.location, 'tensorflow'), join(library, 'tensorflow'));
  const { signal } = new AbortController();
  return { compiler: await findCompiler(signal), recipe: recipeFor(installed.variant), library, target, signal };
};

/** A copy of the kernels' sources with a line after the last of one file. */
const sourcesWith = async (name: string, file: string, line: string): Promise<string> => {
  const sources = join(folder, name);
  await cp(kernelsFolder, sources, { recursive: true });
  await writeFile(join(sources, file), `\n${line}\n`, { flag: 'a' });
  return sources;
};

test('the modules are compiled for every instruction set, and the engine gets the best of them', async () => {
  const { modules, reason } = await findKernels(installed.bindingPath);
  expect({ files: modules.map(({ path }) => basename(path)), reason }).toEqual({ files: all, reason: null });
  const engine = new URL('../../src-main/trainer/engine/tensorflow/ownKernels.ts', import.meta.url).href;
  const script = `import { createRequire } from 'node:module';
    import { loadOwnKernels } from '${engine}';
    createRequire('/')(process.argv[1]);
    console.log(loadOwnKernels(process.argv[1]));`;
  const { stdout } = await runCommand(process.execPath, [
    '--input-type=module',
    '--eval',
    script,
    '--',
    installed.bindingPath,
  ]);
  const { stdout: processor } = await runCommand('sh', ['-c', 'cat /proc/cpuinfo 2>/dev/null']);
  const [, best = 'AVX2'] =
    (
      [
        [/\bamx_bf16\b/, 'AVX-512 and AMX'],
        [/\bavx512_bf16\b/, 'AVX-512 with bfloat16'],
        [/\bavx512vl\b/, 'AVX-512'],
      ] as const
    ).find(([flag]) => flag.test(processor)) ?? [];
  expect(stdout.trim()).toBe(process.arch === 'arm64' ? 'NEON' : best);
});

test(
  'kernels that do not compile, and a module that crashes the process that loads it, are left out with the reason',
  { timeout: limitMs },
  async () => {
    const broken = await newBuild('broken');
    const wrong = await compileKernels(
      broken,
      await sourcesWith('wrong', 'ops/kernels.cc', '#error "too new for this compiler"'),
    );
    const titles = instructionSets.map(({ title }) => title).join(' and ');
    expect(wrong).toContain(`The lab's kernels for ${titles} could not be built with ${broken.compiler} and loaded (`);
    expect(wrong).toContain('too new for this compiler');
    const crashing = await sourcesWith('crashing', 'module.cc', '');
    await writeFile(
      join(crashing, 'ops/kernels.cc'),
      '__attribute__((constructor)) static void crash() { __builtin_trap(); }',
    );
    const fatal = await newBuild('fatal');
    expect(await compileKernels(fatal, crashing)).toMatch(/it crashed/);
    for (const { target } of [broken, fatal]) {
      expect((await readdir(target)).sort()).toEqual(['headers', 'kernels', 'kernels.json', 'tfjs_binding.node']);
    }
    const found = await findKernels(join(broken.target, 'tfjs_binding.node'));
    expect(found.modules).toEqual([]);
    expect(found.reason).toMatch(/too new for this compiler.*install TensorFlow again/s);
  },
);

test("a binding's folder is another one as soon as a source of the kernels is", async () => {
  const same = join(folder, 'same');
  await cp(kernelsFolder, same, { recursive: true });
  expect(await bindingPath(same)).toBe(await bindingPath());
  const changed = await bindingPath(await sourcesWith('changed', 'maths/tiles.h', '// faster'));
  expect(dirname(changed)).not.toBe(dirname(await bindingPath()));
});

test('an own binding is used with the modules beside it, or said to have none', async () => {
  const own = join(folder, 'own', 'tfjs_binding.node');
  await cp(installed.bindingPath, own);
  expect(await findKernels(own)).toEqual({
    modules: [],
    reason: `${all.join(' and ')} should lie in ${dirname(own)}.`,
  });
  const path = join(dirname(own), all[0] ?? '');
  await writeFile(path, '');
  expect((await findKernels(own)).modules).toEqual([{ title: instructionSets[0]?.title, path }]);
});

test('a foreign TensorFlow on LD_LIBRARY_PATH is named with what to do, and without it the installed one is as it was', async () => {
  const foreign = join(folder, 'foreign');
  await mkdir(foreign);
  await writeFile(join(foreign, 'tensorflow.c'), 'const char *TF_Version(void) { return "1.15.0"; }\n');
  const { signal } = new AbortController();
  const compiler = await findCompiler(signal);
  for (const name of recipeFor(installed.variant).libraries) {
    const { code, stderr } = await runCommand(compiler, [
      '-shared',
      '-fPIC',
      '-xc',
      join(foreign, 'tensorflow.c'),
      '-o',
      join(foreign, name),
    ]);
    expect(code, stderr).toBe(0);
  }
  const manifest = await readManifest(installed.location);
  if (manifest === null) throw new Error('The library has no manifest.');
  const found = () => verify(installed.location, manifest, installed.bindingPath, 'quick');
  vi.stubEnv('LD_LIBRARY_PATH', foreign);
  onTestFinished(() => void vi.unstubAllEnvs());
  expect(await found()).toMatchObject({
    part: 'binding',
    reason: expect.stringContaining(
      `(LD_LIBRARY_PATH, which is ${foreign}, may lead to another TensorFlow: start ESAM Lab without it)`,
    ) as string,
  });
  vi.unstubAllEnvs();
  expect(await found()).toBeNull();
});

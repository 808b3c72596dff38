import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LabError } from '../../../../shared/errors.ts';
import { remove } from '../../../files/remove.ts';
import { whoElseMayChange } from '../../../files/whoElseMayChange.ts';

/** What the kernels' module exports; see kernels/pool.ts. */
export interface KernelModule {
  run(kernel: number, tasks: number): number;
  serve(thread: number): void;
  close(): void;
}

/** Memory's limits in pages of 64 KiB; the module names the same. One page less than 4 GiB: no address wraps around. */
export const initialPages = 16;
export const maximumPages = 65535;

const isSource = import.meta.url.endsWith('.ts');
const sources = fileURLToPath(new URL('./kernels/', import.meta.url));
const outputs = fileURLToPath(new URL(isSource ? '../../../../out/engine/' : '../engine/', import.meta.url));

export type Variant = 'relaxed SIMD' | 'SIMD';

/** Fused multiply-add where V8 offers it (relaxed SIMD, V8 ≥ 11.4), else plain SIMD. */
const variants: readonly { name: Variant; file: string; features: readonly string[] }[] = [
  { name: 'relaxed SIMD', file: 'kernels.relaxed.wasm', features: ['simd', 'threads', 'relaxed-simd'] },
  { name: 'SIMD', file: 'kernels.wasm', features: ['simd', 'threads'] },
];

/** Compiles the kernels into a file. @throws LabError INTERNAL with the compiler's words. */
const compile = (file: string, features: readonly string[]): void => {
  const compiler = join(
    dirname(createRequire(import.meta.url).resolve('assemblyscript/package.json')),
    'bin',
    'asc.js',
  );
  const temporary = `${file}.${process.pid}`;
  const settings = {
    optimizeLevel: 3,
    runtime: 'stub',
    initialMemory: initialPages,
    maximumMemory: maximumPages,
    disableWarning: 112, // "v128 is not exchanged with every host": none is
  };
  const flags = ['--noAssert', '--importMemory', '--sharedMemory', ...features.map((feature) => `--enable=${feature}`)];
  const named = Object.entries(settings).map(([name, value]) => `--${name}=${value}`);
  mkdirSync(outputs, { recursive: true });
  const parameters = [compiler, 'index.ts', `--outFile=${temporary}`, ...named, ...flags];
  const { status, stderr, stdout } = spawnSync(process.execPath, parameters, {
    cwd: sources,
    encoding: 'utf8',
    env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
  });
  if (status !== 0) {
    remove('unfinishedKernels', outputs, basename(temporary));
    throw new LabError('INTERNAL', `The WebAssembly kernels could not be compiled:\n${stdout}${stderr}`);
  }
  renameSync(temporary, file); // at once: other processes may be looking
};

/** Compiles what is missing or older than its sources. */
export const buildKernels = (): void => {
  const newest = Math.max(
    statSync(fileURLToPath(import.meta.url)).mtimeMs,
    ...readdirSync(sources, { recursive: true, encoding: 'utf8' }).map((name) => statSync(join(sources, name)).mtimeMs),
  );
  for (const { file, features } of variants) {
    const path = join(outputs, file);
    if (!existsSync(path) || statSync(path).mtimeMs < newest) compile(path, features);
  }
};

/**
 * The fastest kernels that this process's V8 can run; from source they are compiled first where they are stale.
 * @param wished - only this variant.
 * @throws LabError ENGINE_BROKEN where there are none.
 */
export const loadKernels = (wished?: Variant): { readonly module: WebAssembly.Module; readonly variant: Variant } => {
  if (isSource) buildKernels();
  for (const { name, file } of variants) {
    const path = join(outputs, file);
    if (!existsSync(path) || (wished !== undefined && wished !== name)) continue;
    // From source, whoever may change the kernels may change the sources beside them.
    const found = isSource ? null : whoElseMayChange([path], dirname(path));
    if (found !== null)
      throw new LabError(
        'ENGINE_BROKEN',
        `The WebAssembly kernels are not loaded: ${found}, which is code. Take that right away (chown, chmod go-w).`,
      );
    const bytes = readFileSync(path);
    if (WebAssembly.validate(bytes)) return { module: new WebAssembly.Module(bytes), variant: name };
  }
  throw new LabError('ENGINE_BROKEN', `No usable WebAssembly kernels were found in ${outputs}. Build the app again.`);
};

export const instantiate = (module: WebAssembly.Module, memory: WebAssembly.Memory): KernelModule =>
  new WebAssembly.Instance(module, { env: { memory } }).exports as unknown as KernelModule;

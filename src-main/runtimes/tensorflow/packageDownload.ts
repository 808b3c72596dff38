import { cp, mkdir, readdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import { runCommand } from '../command.ts';
import { tfjsFolder } from './places.ts';
import type { Variant } from './recipe.ts';

const modulesFolder = (): string => dirname(dirname(tfjsFolder()));

/** Version of libtensorflow that the package names; the one its prebuilt binding is for. */
export const packageVersion = (): string => {
  const constants: unknown = createRequire(import.meta.url)(join(tfjsFolder(), 'scripts', 'deps-constants.js'));
  const isNamed = typeof constants === 'object' && constants !== null && 'LIBTENSORFLOW_VERSION' in constants;
  return isNamed ? String(constants.LIBTENSORFLOW_VERSION) : 'of tfjs-node';
};

/**
 * Runs tfjs-node's own install script (an old libtensorflow and a prebuilt binding) in a copy of the package, so that the result
 * lies in the cache and the checkout stays as it was.
 * @returns the binding's path below `folder`, or why there is none.
 */
export const downloadPackageRuntime = async (
  folder: string,
  variant: Variant,
  signal: AbortSignal,
): Promise<{ binding: string } | { reason: string }> => {
  const copy = join('node_modules', '@tensorflow', 'tfjs-node-gpu');
  await mkdir(join(folder, copy), { recursive: true });
  const parts = ['package.json', 'binding.gyp', 'binding', 'scripts'];
  for (const part of parts) await cp(join(tfjsFolder(), part), join(folder, copy, part), { recursive: true });
  const program = process.env['ESAM_LAB_NODE'] ?? process.execPath;
  const result = await runCommand(program, [join('scripts', 'install.js'), variant, 'download'], {
    cwd: join(folder, copy),
    signal,
    timeoutMs: 30 * 60_000,
    environment: {
      ELECTRON_RUN_AS_NODE: '1',
      NODE_PATH: modulesFolder(),
      PATH: `${join(modulesFolder(), '.bin')}${delimiter}${process.env['PATH'] ?? ''}`,
    },
  });
  const found = (await readdir(join(folder, copy), { recursive: true })).find((name) =>
    /lib[\\/]napi-v\d+[\\/]tfjs_binding\.node$/.test(name),
  );
  if (found !== undefined) return { binding: join(copy, found) };
  const lines = (result.stderr + result.stdout).split('\n').map((line) => line.trim());
  // The line that Node names an error in, rather than the source line that threw it.
  const error = lines.find((line) => /^(\w*Error\b|.*\b(ENOTFOUND|ECONN\w+|EAI_AGAIN)\b)/.test(line));
  return { reason: error ?? `its install script ended with code ${result.code ?? 'none'} and left no binding` };
};

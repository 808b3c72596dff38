import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** In the order in which they are tried; a module's name says what its kernels are compiled for. */
const instructionSets = [
  { file: 'esamKernels-amx.node', title: 'AVX-512 and AMX' },
  { file: 'esamKernels-avx512bf16.node', title: 'AVX-512 with bfloat16' },
  { file: 'esamKernels-avx512.node', title: 'AVX-512' },
  { file: 'esamKernels-avx2.node', title: 'AVX2' },
  { file: 'esamKernels-neon.node', title: 'NEON' },
] as const;

/**
 * Registers the lab's own kernels (kernels/) with the TensorFlow that the binding has loaded.
 * @param wished - only those for these instructions; the fastest if not said. A process keeps the first that it loads.
 * @returns the instructions that they use; null where none were compiled, or none run on this processor.
 */
export const loadOwnKernels = (bindingPath: string, wished?: string): string | null => {
  const load = createRequire(import.meta.url);
  const found = instructionSets.find(({ file, title }) => {
    if (wished !== undefined && title !== wished) return false;
    const path = join(dirname(bindingPath), file);
    return existsSync(path) && (load(path) as { isRegistered: boolean }).isRegistered;
  });
  return found?.title ?? null;
};

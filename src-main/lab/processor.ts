import { availableParallelism, cpus } from 'node:os';

let found: { readonly cpuModel: string; readonly cpuCores: number } | null = null;

/** By which runs and self-tests of this machine are told from those of others. */
export const processor = (): { readonly cpuModel: string; readonly cpuCores: number } =>
  (found ??= { cpuModel: cpus()[0]?.model ?? 'unknown', cpuCores: availableParallelism() });

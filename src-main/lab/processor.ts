import { availableParallelism, cpus } from 'node:os';

/** By which runs and self-tests of this machine are told from those of others. */
export const processor = (): { readonly cpuModel: string; readonly cpuCores: number } => ({
  cpuModel: cpus()[0]?.model ?? 'unknown',
  cpuCores: availableParallelism(),
});

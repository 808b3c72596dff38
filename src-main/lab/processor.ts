import { availableParallelism, cpus } from 'node:os';
import type { DeviceConfig } from '../../shared/runConfig.ts';

let found: { readonly cpuModel: string; readonly cpuCores: number } | null = null;

/** By which runs and self-tests of this machine are told from those of others. */
export const processor = (): { readonly cpuModel: string; readonly cpuCores: number } =>
  (found ??= { cpuModel: cpus()[0]?.model ?? 'unknown', cpuCores: availableParallelism() });

/** Threads inside an operation of a trainer that starts here: for 0 what the environment says, else as many as this process may use. */
export const threadsOf = ({ threads }: Pick<DeviceConfig, 'threads'>): number =>
  threads || Number(process.env['TF_NUM_INTRAOP_THREADS'] ?? 0) || availableParallelism();

import type { DeviceConfig } from './runConfig.ts';

/**
 * Environment variables that TensorFlow and the C library read once, while they load: a trainer must be started with them.
 * The MALLOC_ settings (glibc) keep freed activations with the process: else every one of them is given back to the system and
 * faulted in again, page by page, which costs some 3 % of a step.
 * @param threads - inside an operation. TensorFlow by itself takes one for each core of the machine, however few the process may use.
 */
export const engineEnvironment = (device: Omit<DeviceConfig, 'threads'>, threads: number): Record<string, string> => ({
  TF_CPP_MIN_LOG_LEVEL: '2',
  TF_FORCE_GPU_ALLOW_GROWTH: String(device.memoryGrowth),
  NVIDIA_TF32_OVERRIDE: device.tf32 ? '1' : '0',
  TF_DETERMINISTIC_OPS: device.deterministic ? '1' : '0',
  CUDA_CACHE_MAXSIZE: '2147483648',
  MALLOC_MMAP_THRESHOLD_: '4294967296',
  MALLOC_TRIM_THRESHOLD_: '8589934592',
  MALLOC_TOP_PAD_: '268435456',
  TF_NUM_INTRAOP_THREADS: String(threads),
  OMP_NUM_THREADS: String(threads),
});

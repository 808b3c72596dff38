import type { DeviceConfig } from './runConfig.ts';

/** Environment variables that TensorFlow reads once, while it loads: a trainer must be started with them. */
export const engineEnvironment = (device: DeviceConfig): Record<string, string> => ({
  TF_CPP_MIN_LOG_LEVEL: '2',
  TF_FORCE_GPU_ALLOW_GROWTH: String(device.memoryGrowth),
  NVIDIA_TF32_OVERRIDE: device.tf32 ? '1' : '0',
  TF_DETERMINISTIC_OPS: device.deterministic ? '1' : '0',
  CUDA_CACHE_MAXSIZE: '2147483648',
  ...(device.threads > 0 && {
    TF_NUM_INTRAOP_THREADS: String(device.threads),
    OMP_NUM_THREADS: String(device.threads),
  }),
});

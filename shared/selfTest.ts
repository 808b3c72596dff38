import { z } from 'zod';
import { measuredEngines } from './engines.ts';
import { deviceConfigSchema, modelIds, precisions, type Precision } from './runConfig.ts';

/** Timed steps of each network, unless asked otherwise. */
export const selfTestSteps = 10;
export const selfTestStepsSchema = z.number().int().min(1).max(1000);

/** SGD steps of one model on random 32×32 images. */
export const selfTestSpeedSchema = z.strictObject({
  model: z.enum(modelIds),
  batchSize: z.number().int().min(1),
  /** Multiply-accumulates of one image's forward pass. */
  macs: z.number().int().min(1),
  /** From the median step. */
  imagesPerSecond: z.number().gt(0),
  /** 2 floating point operations × 3 passes × MACs × images/s ÷ 10⁹. */
  gflops: z.number().gt(0),
});
export type SelfTestSpeed = z.infer<typeof selfTestSpeedSchema>;

/** What a trainer finds out about one engine in one precision. */
export const selfTestMeasurementSchema = z.strictObject({
  /** "TensorFlow 2.21.0 (CPU, own kernels on AVX-512)". */
  version: z.string().min(1),
  device: z.enum(['CPU', 'GPU']),
  /** In which the engine computes. */
  threads: z.number().int().min(1),
  /** Whether TensorFlow computes with oneDNN's kernels; null on other engines, and where it was not noted. */
  oneDnn: z.boolean().nullable(),
  /** Models that would have taken too long are left out. */
  speeds: z.array(selfTestSpeedSchema).min(1),
  /** 3×3 convolution of 64 to 64 channels at 32×32: forward and both gradients together, the fastest of all tries. */
  convolutionGflops: z.number().gt(0),
  /** max |g − r| ÷ max |r| over a tensor's elements, r the reference's gradient; of the worst tensor. Null: not finite. */
  gradientDeviation: z.number().min(0).nullable(),
  /** The worst tensor's name. */
  deviatesMost: z.string(),
});

/** A measurement as the store keeps it: what was measured, where, how and when. */
export const selfTestResultSchema = z.strictObject({
  ...selfTestMeasurementSchema.shape,
  engine: z.enum(measuredEngines),
  precision: z.enum(precisions),
  at: z.string(),
  labVersion: z.string(),
  cpuModel: z.string(),
  cpuCores: z.number().int().min(1),
  gpu: z.string().nullable(),
  gpuMemoryBytes: z.number().min(0).nullable(),
  /** Timed steps of each model. */
  steps: selfTestStepsSchema,
  /** The engine's settings. */
  settings: deviceConfigSchema,
});
export type SelfTestResult = z.infer<typeof selfTestResultSchema>;

/**
 * Gradients that deviate more are wrong: float32 rounds to 6e-8, bfloat16 to 4e-3, many times in a row; a 3×3 convolution that multiplies
 * in bfloat16 by Winograd's filtering makes 4.8 times as much of that (the root mean square over its points).
 */
export const deviationLimits: Readonly<Record<Precision, number>> = { float32: 1e-3, bfloat16: 0.2 };

/** Why an engine's numbers are not to be trusted; null where they are. */
export const distrustOf = ({ gradientDeviation, deviatesMost, precision }: SelfTestResult): string | null => {
  const limit = deviationLimits[precision];
  if (gradientDeviation !== null && gradientDeviation <= limit) return null;
  const found =
    gradientDeviation === null
      ? `The gradient of ${deviatesMost} is not finite`
      : `The gradient of ${deviatesMost} deviates from the reference by ${gradientDeviation.toPrecision(2)} of its size; ${limit} would be rounding`;
  return `${found}. This engine’s numbers are not to be trusted in ${precision} on this machine.`;
};

import { z } from 'zod';
import { measuredEngines } from './engines.ts';
import { jobProgressSchema } from './jobs/job.ts';
import { selfTestResultSchema } from './selfTest.ts';

/** A step of installing a runtime. */
export const installStages = ['lock', 'resolve', 'download', 'verify', 'unpack', 'compile', 'check', 'done'] as const;

export const installProgressSchema = z.strictObject({
  stage: z.enum(installStages),
  /** What happens now, for a person ("Downloading tensorflow-cpu 2.21.0"). */
  message: z.string(),
  /** Bytes so far and in all; null where the stage has no bytes. */
  bytes: z.number().min(0).nullable(),
  totalBytes: z.number().min(0).nullable(),
});
export type InstallProgress = z.infer<typeof installProgressSchema>;

export const engineStatusSchema = z.strictObject({
  /** TensorFlow may have to be installed; WebAssembly comes with the lab. */
  id: z.enum(measuredEngines),
  state: z.enum(['ready', 'missing', 'installing', 'broken']),
  /** "TensorFlow 2.21.0 (CPU)", where known. */
  version: z.string().nullable(),
  /** Folder of the runtime, where there is one. */
  location: z.string().nullable(),
  /** Why it is not ready and what to do, in sentences; null when ready. */
  reason: z.string().nullable(),
  /** Whether it has the lab's own kernels, in a sentence; null when it is not ready, and where that is no question. */
  kernels: z.string().nullable(),
  /** Why it lacks some or all of them and what to do, in sentences; null when it lacks none, and as above. */
  kernelsMissing: z.string().nullable(),
  progress: installProgressSchema.nullable(),
});
export type EngineStatus = z.infer<typeof engineStatusSchema>;

export const deviceStatusSchema = z.strictObject({
  platform: z.string(),
  cpuModel: z.string(),
  cpuCores: z.number().int().min(1),
  memoryBytes: z.number().min(0),
  /** Name of an NVIDIA GPU whose driver answers, else null. */
  gpu: z.string().nullable(),
  gpuMemoryBytes: z.number().min(0).nullable(),
  nodeVersion: z.string(),
  electronVersion: z.string().nullable(),
  engines: z.array(engineStatusSchema),
  /** What the last self-test measured of each engine and precision on this machine. */
  selfTests: z.array(selfTestResultSchema),
  /** What the self-test does now; null while none is under way. */
  selfTesting: jobProgressSchema
    .extend({ engine: selfTestResultSchema.shape.engine, precision: selfTestResultSchema.shape.precision })
    .nullable(),
  /** What the last self-test could not measure, and why, in sentences. */
  selfTestFailures: z.array(z.string()),
  /** Said on screen as they are, e.g. that a stand-in Electron is in use. */
  notices: z.array(z.string()),
});
export type DeviceStatus = z.infer<typeof deviceStatusSchema>;

/** What a run ran on; stored with it. */
export const runEnvironmentSchema = z.strictObject({
  /** "TensorFlow 2.21.0 (CPU, own kernels on AVX-512)". */
  engine: z.string(),
  device: z.string(),
  /** In which the engine computed; null in the records of runs before this was noted. */
  threads: z.number().int().min(1).nullable(),
  /** Whether TensorFlow computed with oneDNN's kernels; null on other engines, and in the records of runs before this was noted. */
  oneDnn: z.boolean().nullable(),
  cpuModel: z.string(),
  cpuCores: z.number().int().min(1),
  memoryBytes: z.number().min(0),
  platform: z.string(),
  nodeVersion: z.string(),
  labVersion: z.string(),
  /** SHA-256 of the data set's files. */
  datasetSha256: z.string(),
  parameterCount: z.number().int().min(1),
  parameterTensors: z.number().int().min(1),
  trainExamples: z.number().int().min(1),
  testExamples: z.number().int().min(1),
});
export type RunEnvironment = z.infer<typeof runEnvironmentSchema>;

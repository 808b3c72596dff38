import { z } from 'zod';
import { datasetInfoSchema } from '../dataset.ts';
import { runConfigSchema } from '../runConfig.ts';
import { mostSpeedArms, speedLimitSchema, speedMeasurementSchema } from '../speed.ts';
import { jobFailedSchema, jobProgressSchema, type JobKind } from './job.ts';

const inputSchema = z.strictObject({
  /** Equal but for their optimizers. */
  configs: z.array(runConfigSchema).min(1).max(mostSpeedArms),
  dataset: datasetInfoSchema,
  datasetFolder: z.string(),
  /** The compiled TensorFlow binding; null for the other engines. */
  bindingPath: z.string().nullable(),
  labVersion: z.string(),
  /** Of the rounds; what comes before them is not counted. */
  limitMs: speedLimitSchema,
  /** Steps of a round, where this goes on with what another process has begun: it then does a process's share. */
  stepsPerRound: z.number().int().min(1).nullable(),
});
export type SpeedInput = z.infer<typeof inputSchema>;

const eventSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('progressed'), progress: jobProgressSchema }),
  z.strictObject({
    type: z.literal('measured'),
    measurement: speedMeasurementSchema,
    /** Whether other processes are to go on with it. */
    isShare: z.boolean(),
    /** From the start of the process to its first round, and of its rounds. */
    startMs: z.number().min(0),
    roundsMs: z.number().min(0),
  }),
  jobFailedSchema,
]);
export type SpeedEvent = z.infer<typeof eventSchema>;

/** Measures the speed of several methods against each other in one process. */
export const speedJob: JobKind<SpeedInput, SpeedEvent> = {
  name: 'speed',
  title: 'speed measurement',
  input: inputSchema,
  event: eventSchema,
  ends: ['measured', 'failed'],
};

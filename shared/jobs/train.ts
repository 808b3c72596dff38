import { z } from 'zod';
import { datasetInfoSchema } from '../dataset.ts';
import { runEnvironmentSchema } from '../device.ts';
import { epochMetricsSchema, processUsageSchema, stepMetricsSchema } from '../metrics.ts';
import { checkpointFileSchema, logLineSchema, runIdSchema } from '../run.ts';
import { runConfigSchema } from '../runConfig.ts';
import { jobFailedSchema, type JobKind } from './job.ts';

/** Where a run's checkpoints go, and which there are. */
const checkpointPlanSchema = z.strictObject({
  /** Made if it does not exist. */
  folder: z.string(),
  /** Within an epoch, a checkpoint is written when the last one is older than this; and after every epoch. */
  everyMs: z.number().min(0),
  /** To go on from, newest first; the first that is whole is taken. Empty: from the beginning. */
  resumeFrom: z.array(z.strictObject({ path: z.string(), sha256: checkpointFileSchema.shape.sha256 })),
});
export type CheckpointPlan = z.infer<typeof checkpointPlanSchema>;

const inputSchema = z.strictObject({
  runId: runIdSchema,
  config: runConfigSchema,
  dataset: datasetInfoSchema,
  /** Where the library keeps the data set: its four files, or its manifest. */
  datasetFolder: z.string(),
  /** The compiled TensorFlow binding; null for the other engines. */
  bindingPath: z.string().nullable(),
  labVersion: z.string(),
  /** Absent: no checkpoints. */
  checkpoints: checkpointPlanSchema.optional(),
});
export type TrainInput = z.infer<typeof inputSchema>;

/** What happened in a run. `train()` yields these. */
export const trainingEventSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('started'), environment: runEnvironmentSchema }),
  /** At most four a second; `steps` are the sampled steps since the last report (possibly none). */
  z.strictObject({
    type: z.literal('progress'),
    epoch: z.number().int().min(1),
    /** Steps done in this epoch, and steps of an epoch. */
    epochStep: z.number().int().min(0),
    epochSteps: z.number().int().min(1),
    /** Over the last second or so; null until measured. */
    imagesPerSecond: z.number().min(0).nullable(),
    activity: z.enum(['training', 'evaluating']),
    usage: processUsageSchema,
    steps: z.array(stepMetricsSchema),
  }),
  z.strictObject({ type: z.literal('epochFinished'), metrics: epochMetricsSchema }),
  z.strictObject({ type: z.literal('logged'), line: logLineSchema }),
  /** The run goes on after so many epochs and steps; 0 and 0 where no checkpoint could be read. Later ones are void. */
  z.strictObject({ type: z.literal('resumed'), epoch: z.number().int().min(0), step: z.number().int().min(0) }),
  /** Whole and on the disk under its name. */
  z.strictObject({ type: z.literal('checkpointed'), checkpoint: checkpointFileSchema }),
  z.strictObject({ type: z.literal('done') }),
  z.strictObject({ type: z.literal('stopped'), reason: z.string() }),
  z.strictObject({ type: z.literal('diverged'), epoch: z.number().int().min(1), step: z.number().int().min(1) }),
  jobFailedSchema,
]);
export type TrainingEvent = z.infer<typeof trainingEventSchema>;

/** Trains a run. */
export const trainJob: JobKind<TrainInput, TrainingEvent> = {
  name: 'train',
  title: 'training',
  input: inputSchema,
  event: trainingEventSchema,
  ends: ['done', 'stopped', 'diverged', 'failed'],
};

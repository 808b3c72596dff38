import { z } from 'zod';
import { datasetInfoSchema } from './dataset.ts';
import { runEnvironmentSchema } from './device.ts';
import { labErrorCodes } from './errors.ts';
import { epochMetricsSchema, processUsageSchema, stepMetricsSchema } from './metrics.ts';
import { probeMeasurementSchema, probeProgressSchema, probeStepsSchema } from './probe.ts';
import { checkpointFileSchema, logLineSchema, runIdSchema } from './run.ts';
import { deviceConfigSchema, precisions, runConfigSchema } from './runConfig.ts';

/** Where a run's checkpoints go, and which there are. */
export const checkpointPlanSchema = z.strictObject({
  /** Made if it does not exist. */
  folder: z.string(),
  /** Within an epoch, a checkpoint is written when the last one is older than this; and after every epoch. */
  everyMs: z.number().min(0),
  /** To go on from, newest first; the first that is whole is taken. Empty: from the beginning. */
  resumeFrom: z.array(z.strictObject({ path: z.string(), sha256: checkpointFileSchema.shape.sha256 })),
});
export type CheckpointPlan = z.infer<typeof checkpointPlanSchema>;

/** What the lab tells a trainer. One trainer process trains one run, or measures one engine. */
export const trainerCommandSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('train'),
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
  }),
  /** Measure an engine; the lab ends the process when it has the answer, or wants none any more. */
  z.strictObject({
    type: z.literal('probe'),
    device: deviceConfigSchema,
    precision: z.enum(precisions),
    bindingPath: z.string().nullable(),
    /** Timed steps of each network. */
    steps: probeStepsSchema,
  }),
  z.strictObject({ type: z.literal('stop'), when: z.enum(['now', 'after-epoch']) }),
  /** The store holds the event with this number; a trainer ends only after its last event was acknowledged. */
  z.strictObject({ type: z.literal('acknowledge'), sequence: z.number().int().min(1) }),
]);
export type TrainerCommand = z.infer<typeof trainerCommandSchema>;

/** What happened in a run. `train()` yields these; the process numbers and posts them. */
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
  /** The end: exactly one of these is the last event. */
  z.strictObject({ type: z.literal('done') }),
  z.strictObject({ type: z.literal('stopped'), reason: z.string() }),
  z.strictObject({ type: z.literal('diverged'), epoch: z.number().int().min(1), step: z.number().int().min(1) }),
  z.strictObject({ type: z.literal('failed'), code: z.enum(labErrorCodes), message: z.string() }),
]);
export type TrainingEvent = z.infer<typeof trainingEventSchema>;

export const trainerMessageSchema = z.discriminatedUnion('type', [
  /** First message: the process is up and waits for `train` or `probe`. */
  z.strictObject({ type: z.literal('ready'), pid: z.number().int() }),
  /** Every second from a timer outside the step; a trainer silent for long is taken for hung. */
  z.strictObject({ type: z.literal('heartbeat') }),
  z.strictObject({ type: z.literal('event'), sequence: z.number().int().min(1), event: trainingEventSchema }),
  z.strictObject({ type: z.literal('probeProgressed'), progress: probeProgressSchema }),
  /** The end of a probe: one of these. */
  z.strictObject({ type: z.literal('probed'), measurement: probeMeasurementSchema }),
  z.strictObject({ type: z.literal('probeFailed'), code: z.enum(labErrorCodes), message: z.string() }),
]);
export type TrainerMessage = z.infer<typeof trainerMessageSchema>;

import { z } from 'zod';
import { analysisSummarySchema } from './analyses/record.ts';
import { deviceStatusSchema } from './device.ts';
import { jobProgressSchema } from './jobs/job.ts';
import { epochMetricsSchema, processUsageSchema, stepMetricsSchema } from './metrics.ts';
import { queueSchema } from './queue.ts';
import { logLineSchema, runIdSchema, runSummarySchema } from './run.ts';

/** All that the lab tells unasked, always after the store holds it. */
export const labEventSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('runChanged'), run: runSummarySchema }),
  z.strictObject({
    type: z.literal('progressed'),
    runId: runIdSchema,
    epoch: z.number().int(),
    epochStep: z.number().int(),
    epochSteps: z.number().int(),
    imagesPerSecond: z.number().nullable(),
    activity: z.enum(['training', 'evaluating']),
    usage: processUsageSchema,
    steps: z.array(stepMetricsSchema),
  }),
  /** Its trainer has begun with it, or gone on from a checkpoint: where it trains is known, and what it measured after that checkpoint is gone. */
  z.strictObject({ type: z.literal('trainingBegan'), runId: runIdSchema }),
  z.strictObject({ type: z.literal('epochFinished'), runId: runIdSchema, metrics: epochMetricsSchema }),
  z.strictObject({ type: z.literal('logged'), runId: runIdSchema, line: logLineSchema }),
  z.strictObject({ type: z.literal('queueChanged'), queue: queueSchema }),
  z.strictObject({ type: z.literal('runsChanged') }),
  z.strictObject({ type: z.literal('annotationsChanged') }),
  z.strictObject({ type: z.literal('runViewsChanged') }),
  z.strictObject({ type: z.literal('analysisChanged'), analysis: analysisSummarySchema }),
  z.strictObject({ type: z.literal('deviceChanged'), status: deviceStatusSchema }),
  /** Speeds are being measured, before a run or because that was asked for; null: no longer. */
  z.strictObject({ type: z.literal('speedProgressed'), progress: jobProgressSchema.nullable() }),
  /** So many of an experiment's runs are in the queue; null: it is over, well or not. Only of those that take a while. */
  z.strictObject({
    type: z.literal('enqueueProgressed'),
    progress: z.strictObject({ added: z.number().int().min(0), runs: z.number().int().min(1) }).nullable(),
  }),
  z.strictObject({ type: z.literal('datasetsChanged') }),
  z.strictObject({
    type: z.literal('importProgressed'),
    message: z.string(),
    share: z.number().min(0).max(1).nullable(),
  }),
]);
export type LabEvent = z.infer<typeof labEventSchema>;

import { z } from 'zod';
import { doubtSchema } from './doubts.ts';
import { runEnvironmentSchema } from './device.ts';
import { trainedInSchema } from './environments.ts';
import { epochMetricsSchema, stepMetricsSchema } from './metrics.ts';
import { experimentFields } from './experiment.ts';
import { originSchema } from './origin.ts';
import { clusterJobSchema } from './places.ts';
import { runConfigSchema } from './runConfig.ts';

export const runStates = [
  'queued',
  'running',
  /** All epochs done. */
  'finished',
  /** Ended early because the user asked; its epochs count. */
  'stopped',
  /** Taken out of the queue before it started. */
  'cancelled',
  /** A loss was not finite. */
  'diverged',
  /** The trainer reported an error. */
  'failed',
  /** Trainer, lab or machine went away. */
  'interrupted',
] as const;
export const runStateSchema = z.enum(runStates);
export type RunState = z.infer<typeof runStateSchema>;

/** Those of which a run can go on from its last checkpoint; a diverged one would diverge again. */
export const resumableStates = ['interrupted', 'stopped', 'failed', 'cancelled'] as const satisfies readonly RunState[];
/** What nobody ends any more, and nobody has called failed. */
const cutShortStates = ['interrupted', 'stopped'] as const satisfies readonly RunState[];
export const isCutShort = (state: RunState): boolean => cutShortStates.some((each) => each === state);

export const runIdSchema = z.number().int().min(1);
export type RunId = z.infer<typeof runIdSchema>;
export const groupHashSchema = z.string().regex(/^[0-9a-f]{64}$/);
const timestamp = z.string().nullable();

export const runSummarySchema = z.strictObject({
  id: runIdSchema,
  experimentId: z.number().int().min(1),
  experimentName: z.string(),
  /** SHA-256 of the canonical configuration without the seed. */
  groupHash: groupHashSchema,
  config: runConfigSchema,
  state: runStateSchema,
  /** Why it ended as it did, in one sentence; null for queued, running and finished. */
  reason: z.string().nullable(),
  stopRequested: z.enum(['now', 'after-epoch']).nullable(),
  /** ISO 8601, UTC. */
  createdAt: z.string(),
  startedAt: timestamp,
  endedAt: timestamp,
  epochsDone: z.number().int().min(0),
  bestTestAccuracy: z.number().nullable(),
  bestEpoch: z.number().int().nullable(),
  lastTestAccuracy: z.number().nullable(),
  /** Median over epochs. */
  imagesPerSecond: z.number().nullable(),
  /** Time in optimizer steps so far. */
  activeMs: z.number().min(0),
  /** Size of all its checkpoints; 0 = there are none. */
  checkpointBytes: z.number().min(0),
  /** Largest over epochs; null where none was measured. */
  peakStepBytes: z.number().min(0).nullable(),
  /** Null: nothing about it is doubtful. */
  doubt: doubtSchema.nullable(),
  /** Cores of its machine that others kept busy, the mean while it trained; null where that was not measured. */
  othersBusyCores: z.number().min(0).nullable(),
  /** Where it began last, as the lab's places are called; null: it never began, or was imported. */
  place: z.string().nullable(),
  /** Where it is to train, if not on the lab's own machine. */
  wantedPlace: z.string().nullable(),
  /** Its job there, the last one it had; null: none. */
  job: clusterJobSchema.nullable(),
  /** Of an imported run: where it was trained, and its number there. Null: here. */
  origin: originSchema.extend({ run: runIdSchema }).nullable(),
});
export type RunSummary = z.infer<typeof runSummarySchema>;

/** It can go on from its last checkpoint, or from the beginning; one that came in a bundle cannot. */
export const isResumable = ({ state, origin }: Pick<RunSummary, 'state' | 'origin'>): boolean =>
  origin === null && resumableStates.some((each) => each === state);

export const logLineSchema = z.strictObject({
  at: z.string(),
  level: z.enum(['info', 'warning', 'error']),
  text: z.string(),
});
export type LogLine = z.infer<typeof logLineSchema>;

/** Which lines of a run's log are wanted. */
export const logWishSchema = z.strictObject({
  /** Back from a place, or on from it. */
  toward: z.enum(['earlier', 'later']),
  /** Where the page before ended; null: from the log's end, or from its beginning. */
  from: z.number().int().min(0).nullable(),
  /** Only lines with these words; empty: all. */
  search: z.string().max(200),
});
export type LogWish = z.infer<typeof logWishSchema>;

/** Some lines, oldest first, and where the next page begins (null: nothing follows). With a search a page may be empty and others follow. */
export const logPageSchema = z.strictObject({
  lines: z.array(logLineSchema),
  next: z.number().int().min(0).nullable(),
});
export type LogPage = z.infer<typeof logPageSchema>;

/** A checkpoint as its trainer wrote it, in the run's folder of checkpoints. */
export const checkpointFileSchema = z.strictObject({
  fileName: z.string().regex(/^epoch-\d+-step-\d+\.ckpt$/),
  /** Epochs finished by then, steps done in the next one, and steps of the run. */
  epoch: z.number().int().min(0),
  epochStep: z.number().int().min(0),
  step: z.number().int().min(0),
  sizeBytes: z.number().int().min(1),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});
export type CheckpointFile = z.infer<typeof checkpointFileSchema>;

export const runDetailSchema = z.strictObject({
  run: runSummarySchema,
  environment: runEnvironmentSchema.nullable(),
  /** Every environment that it trained in, oldest first: more than one where it went on elsewhere. */
  trainedIn: z.array(trainedInSchema),
  epochs: z.array(epochMetricsSchema),
  /** At most 2,000 of the sampled steps, evenly thinned. */
  steps: z.array(stepMetricsSchema),
  /** Its last lines, oldest first; `runLog` gives those before. */
  log: z.array(logLineSchema),
  /** Where the lines before begin; null: there are none. */
  logBefore: logPageSchema.shape.next,
  /** From which the run can go on, newest first. */
  checkpoints: z.array(checkpointFileSchema),
  /** What of it is not what was stored, in sentences. */
  damages: z.array(z.string()),
});
export type RunDetail = z.infer<typeof runDetailSchema>;

export const experimentSummarySchema = z.strictObject({
  id: z.number().int().min(1),
  experiment: experimentFields,
  createdAt: z.string(),
  runCount: z.number().int().min(0),
  finishedCount: z.number().int().min(0),
  /** Where it comes from; null: it was asked for here. */
  origin: originSchema.nullable(),
});
export type ExperimentSummary = z.infer<typeof experimentSummarySchema>;

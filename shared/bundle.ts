import { counted } from './counted.ts';
import { z } from 'zod';
import { annotationSchema } from './annotation.ts';
import { analysisRowSchema } from './analyses/analysis.ts';
import { analysisSummarySchema } from './analyses/record.ts';
import { doubtSchema } from './doubts.ts';
import { runEnvironmentSchema } from './device.ts';
import { trainedInSchema } from './environments.ts';
import { experimentSchema } from './experiment.ts';
import { epochMetricsSchema, stepMetricsSchema } from './metrics.ts';
import { originSchema } from './origin.ts';
import { checkpointFileSchema, logLineSchema, runIdSchema, runStateSchema } from './run.ts';
import { runConfigSchema } from './runConfig.ts';
import { speedMeasurementSchema } from './speed.ts';

// A bundle (`.esamlab`) is a zip archive of JSON and, on request, checkpoints: runs with all that is known of them, for another lab.

export const bundleExtension = 'esamlab';
export const bundleMediaType = 'application/vnd.esam-lab.bundle+zip';
/** Of the format. A lab reads every version up to its own. */
export const bundleVersion = 1;

const timestamp = z.iso.datetime();
const number = z.number().int().min(1);
const rising = (numbers: readonly number[]): boolean =>
  numbers.every((n, index) => index === 0 || n > (numbers[index - 1] ?? 0));

/** `bundle.json`: which parts belong to the bundle, and what they must be. */
export const bundleManifestSchema = z.strictObject({
  format: z.literal('esamlab'),
  version: z.literal(bundleVersion),
  exportedAt: timestamp,
  labVersion: z.string().max(80),
  parts: z
    .array(
      z.strictObject({
        name: z.string().max(120),
        sizeBytes: z.number().int().min(0),
        sha256: z.string().regex(/^[0-9a-f]{64}$/),
      }),
    )
    .max(100_000),
});
export type BundleManifest = z.infer<typeof bundleManifestSchema>;

/** Of `experiments.json`. */
export const bundledExperimentSchema = z.strictObject({
  origin: originSchema.extend({ experiment: number }),
  createdAt: timestamp,
  experiment: experimentSchema,
});
export type BundledExperiment = z.infer<typeof bundledExperimentSchema>;

/** Of `speeds.json`. */
export const bundledSpeedSchema = z.strictObject({ origin: originSchema, measurement: speedMeasurementSchema });
export type BundledSpeed = z.infer<typeof bundledSpeedSchema>;

const bundledAnalysisSchema = analysisSummarySchema
  .omit({ id: true, runId: true, msLeft: true, rowsDone: true })
  .extend({
    state: analysisSummarySchema.shape.state.exclude(['queued', 'running']),
    fileName: checkpointFileSchema.shape.fileName,
    createdAt: timestamp,
    rows: z.array(analysisRowSchema),
  });
export type BundledAnalysis = z.infer<typeof bundledAnalysisSchema>;

/** `runs/N.json`: a run that has ended. A value that is null because it was not finite is said by `nonFinite`. */
export const bundledRunSchema = z
  .strictObject({
    origin: originSchema.extend({ run: runIdSchema }),
    /** Its place in `experiments.json`, counted from 0. */
    experiment: z.number().int().min(0),
    config: runConfigSchema,
    state: runStateSchema.exclude(['queued', 'running']),
    reason: z.string().nullable(),
    createdAt: timestamp,
    startedAt: timestamp.nullable(),
    endedAt: timestamp,
    environment: runEnvironmentSchema.nullable(),
    /** Only where there is more than one. */
    trainedIn: z
      .array(trainedInSchema)
      .min(2)
      .refine((parts) => rising(parts.map(({ step }) => step)), 'parts in order, each once')
      .optional(),
    epochs: z
      .array(z.strictObject({ metrics: epochMetricsSchema, nonFinite: z.boolean() }))
      .refine((epochs) => rising(epochs.map(({ metrics }) => metrics.epoch)), 'epochs in order, each once'),
    steps: z
      .array(z.strictObject({ metrics: stepMetricsSchema, nonFinite: z.boolean() }))
      .refine((steps) => rising(steps.map(({ metrics }) => metrics.step)), 'steps in order, each once'),
    log: z.array(logLineSchema),
    /** Absent where nothing about it was doubtful, or nobody had judged it. */
    doubt: doubtSchema.optional(),
    /** What its user says of it; absent where nothing. */
    annotation: annotationSchema.optional(),
    analyses: z.array(bundledAnalysisSchema),
    /** Their files are the parts `checkpoints/N/…`. */
    checkpoints: z.array(checkpointFileSchema),
  })
  .refine(({ state, startedAt }) => state !== 'finished' || startedAt !== null, 'a finished run has started');
export type BundledRun = z.infer<typeof bundledRunSchema>;

/** What an import did. */
export const bundleImportedSchema = z.strictObject({
  /** Experiments that the bundle's runs belong to, in this workspace. */
  experimentIds: z.array(number),
  addedRuns: z.number().int().min(0),
  /** Were here already, also in the trash. */
  knownRuns: z.number().int().min(0),
  addedAnalyses: z.number().int().min(0),
  addedSpeeds: z.number().int().min(0),
  addedCheckpoints: z.number().int().min(0),
});
export type BundleImported = z.infer<typeof bundleImportedSchema>;

/** What an import did, in a sentence. */
export const importedText = ({ addedRuns, knownRuns }: BundleImported): string =>
  `Imported ${counted(addedRuns, 'run')}${knownRuns === 0 ? '' : `; ${knownRuns} were here already`}.`;

import { z } from 'zod';
import { analysisTableSchema, drawingWishSchema } from './analyses/drawn.ts';
import { analysisSettingsSchema } from './analyses/index.ts';
import { analysisDetailSchema, analysisSummarySchema } from './analyses/record.ts';
import { backupSchema, restoredSchema } from './backup.ts';
import { bundleImportedSchema } from './bundle.ts';
import { checkpointKeepingSchema, checkpointUseSchema, prunedSchema } from './checkpointKeeping.ts';
import { appLogLineSchema } from './appLog.ts';
import { annotationChangeSchema, runAnnotationSchema } from './annotation.ts';
import { damagedChoices, datasetInfoSchema, datasetKinds, splitChoiceSchema, valueRangeSchema } from './dataset.ts';
import { deviceStatusSchema } from './device.ts';
import { engineIds, measuredEngines } from './engines.ts';
import { labErrorCodes } from './errors.ts';
import { keptStateSchema } from './keptState.ts';
import { columns, figureFormats, figureSchema } from './figures/figure.ts';
import { labEventSchema } from './labEvent.ts';
import { selfTestStepsSchema } from './selfTest.ts';
import {
  curveWishSchema,
  exportFormats,
  exportWishSchema,
  groupCurveSchema,
  resultsQuerySchema,
  resultsTableSchema,
} from './result.ts';
import { reportFormats } from './report.ts';
import { publishedPointSchema } from './results/published.ts';
import { experimentSummarySchema, logPageSchema, logWishSchema, runDetailSchema, runIdSchema } from './run.ts';
import { originSchema } from './origin.ts';
import { placeIdSchema, placeStatusSchema, placeTestedSchema } from './places.ts';
import { packRuns, runsOnWire } from './runsOnWire.ts';
import { namedRunViewSchema } from './runs/view.ts';
import { plannedRunSchema, queueSchema } from './queue.ts';
import { speedLimitSchema, speedMeasurementSchema } from './speed.ts';
import { experimentSchema, presetSchema } from './experiment.ts';
import { modelIds, runConfigSchema } from './runConfig.ts';
import { studyReportSchema, studySummarySchema } from './studies/report.ts';
import { studyForms, studySchema } from './studies/study.ts';

const studyIdSchema = studySchema.shape.id;
const nothing = z.strictObject({});
const analysisIdInput = z.strictObject({ id: z.number().int().min(1) });
const analysisIds = z.array(z.number().int().min(1)).min(1).max(1000);
const runIds = z.array(runIdSchema).min(1).max(10000);

export const workspaceSchema = z.strictObject({
  folder: z.string(),
  labVersion: z.string(),
  /** What was found at start, e.g. "Run 12 was interrupted: …". Shown once. */
  startNotices: z.array(z.string()),
});
export type Workspace = z.infer<typeof workspaceSchema>;

export const exportedSchema = z.strictObject({ fileName: z.string(), mediaType: z.string(), text: z.string() });
export type Exported = z.infer<typeof exportedSchema>;

/** A file of any kind, to be saved. */
export const fileSchema = z.strictObject({ fileName: z.string(), mediaType: z.string(), base64: z.base64() });
export type LabFile = z.infer<typeof fileSchema>;

/** All that the window and the command line may ask of the lab: input and output of each request. What has a `pack` travels so. */
export const labApi = {
  workspace: { input: nothing, output: workspaceSchema },
  /** Copies of the database, newest first. Also answered for a workspace whose database cannot be opened. */
  backups: { input: nothing, output: z.array(backupSchema) },
  /** Copies the database now, whoever works in it. */
  backUp: { input: nothing, output: z.strictObject({ name: z.string() }) },
  /** Puts a copy in the place of a database that cannot be opened, whose files are kept; the next client has the workspace opened. */
  restoreBackup: { input: z.strictObject({ name: z.string().min(1).max(200) }), output: restoredSchema },
  deviceStatus: { input: nothing, output: deviceStatusSchema },
  /** Starts the installation and returns at once; progress comes as `deviceChanged`. */
  installRuntime: { input: z.strictObject({ variant: z.enum(['auto', 'cpu', 'gpu']) }), output: nothing },
  cancelInstall: { input: nothing, output: nothing },
  /**
   * Starts the self-test, of one engine or of all that are ready, and returns at once; progress and results come as `deviceChanged`.
   * Refused while a run trains; runs that wait start when it is over.
   */
  selfTest: {
    input: z.strictObject({ engine: z.enum(measuredEngines).optional(), steps: selfTestStepsSchema.optional() }),
    output: nothing,
  },
  cancelSelfTest: { input: nothing, output: nothing },
  /** The newest lines of the lab's own log, oldest first. */
  appLog: { input: nothing, output: z.array(appLogLineSchema) },
  /** What somebody who is to help needs to know, without private paths. */
  diagnostics: { input: nothing, output: z.strictObject({ text: z.string() }) },
  presets: { input: nothing, output: z.array(presetSchema) },
  datasets: { input: nothing, output: z.array(datasetInfoSchema) },
  /** Resolves when imported; progress comes as `importProgressed`. Paths must have been granted by a file dialog. */
  importDataset: {
    input: z.strictObject({
      kind: z.enum(datasetKinds),
      paths: z.array(z.string().min(1).max(4096)).min(1).max(64),
      name: z.string().trim().min(1).max(120).nullable(),
      /** Of image folders; any other damage refuses the set. */
      onDamaged: z.enum(damagedChoices).default('refuse'),
      /** Of sets that say nothing of what is for testing; without it they are refused, with the offer. */
      split: splitChoiceSchema.nullable().optional(),
      /** Of arrays of numbers that are no bytes; without it those are refused, with the question. */
      range: valueRangeSchema.nullable().optional(),
    }),
    output: datasetInfoSchema,
  },
  /** Gets one of `publishedSets` from where it is published, and imports it; progress comes as `importProgressed`. */
  downloadDataset: { input: z.strictObject({ id: datasetInfoSchema.shape.id }), output: datasetInfoSchema },
  cancelDownload: { input: nothing, output: nothing },
  deleteDataset: { input: z.strictObject({ id: datasetInfoSchema.shape.id }), output: nothing },
  /** Up to `count` training images as PNG data URLs, evenly over the classes. */
  previewDataset: {
    input: z.strictObject({ id: datasetInfoSchema.shape.id, count: z.number().int().min(1).max(100) }),
    output: z.array(z.strictObject({ label: z.string(), image: z.string() })),
  },
  /** What an experiment would do, without doing it. */
  plan: { input: experimentSchema, output: z.array(plannedRunSchema) },
  /**
   * Measures the speeds of an experiment's methods against each other; its seeds and epochs do not matter. Resolves when measured;
   * progress comes as `speedProgressed`. Refused while a run trains.
   */
  measureSpeed: {
    input: z.strictObject({ experiment: experimentSchema, limitMs: speedLimitSchema.optional() }),
    output: z.array(speedMeasurementSchema),
  },
  cancelSpeed: { input: nothing, output: nothing },
  enqueue: {
    input: experimentSchema,
    output: z.strictObject({ experimentId: z.number().int(), runIds: z.array(runIdSchema) }),
  },
  queue: { input: nothing, output: queueSchema },
  /** Where runs can be sent besides the lab's own machine. */
  places: { input: nothing, output: z.array(placeStatusSchema) },
  /** Sends a job there that tells what it finds; resolves when it has, or has not begun in ten minutes. */
  testPlace: { input: z.strictObject({ id: placeIdSchema }), output: placeTestedSchema },
  /** How long what runs and waits will still take on this machine, as far as it is known. */
  queueEstimates: {
    input: nothing,
    output: z.array(z.strictObject({ runId: runIdSchema, leftMs: z.number().min(0).nullable() })),
  },
  pauseQueue: { input: z.strictObject({ paused: z.boolean() }), output: nothing },
  /** Moves waiting runs, in the order in which they are named, before another one, or to the end (null). */
  moveRuns: { input: z.strictObject({ runIds, beforeRunId: runIdSchema.nullable() }), output: nothing },
  stopRun: { input: z.strictObject({ runId: runIdSchema, when: z.enum(['now', 'after-epoch']) }), output: nothing },
  cancelRuns: { input: z.strictObject({ runIds }), output: nothing },
  /** Puts cancelled runs back into the queue, before another one or at the end (null). */
  uncancelRuns: { input: z.strictObject({ runIds, beforeRunId: runIdSchema.nullable() }), output: nothing },
  /** Queues a new run with the same configuration and seed for each of these ended runs. */
  repeatRuns: { input: z.strictObject({ runIds }), output: z.strictObject({ runIds: z.array(runIdSchema) }) },
  /**
   * For each of these runs that could not go on bit for bit here, what is other than where it trained last ("threads 2, now 1"), as far as
   * that is known before it starts.
   */
  inexactResumes: {
    input: z.strictObject({ runIds }),
    output: z.array(z.strictObject({ runId: runIdSchema, differences: z.array(z.string()).min(1) })),
  },
  /**
   * Puts unfinished runs back into the queue, to go on from their last checkpoints (from the beginning where there is none).
   * `place`: where they go on; null: on the lab's own machine; absent: where they were wanted.
   */
  resumeRuns: { input: z.strictObject({ runIds, place: placeIdSchema.nullable().optional() }), output: nothing },
  /** Calls runs failed that were interrupted or stopped: nobody means to go on with them. Resumed by name, they go on all the same. */
  markFailed: { input: z.strictObject({ runIds }), output: nothing },
  /** A new run with more epochs that begins with a finished one's; for schedules that do not look at the number of epochs. */
  extendRun: {
    input: z.strictObject({ runId: runIdSchema, epochs: runConfigSchema.shape.epochs }),
    output: z.strictObject({ experimentId: z.number().int(), runId: runIdSchema }),
  },
  /** Puts an analysis of the newest checkpoint of each run into the queue, all with the same settings, images and chances. */
  analyse: {
    input: z.strictObject({ runIds, settings: analysisSettingsSchema }),
    output: z.strictObject({ ids: z.array(z.number().int()) }),
  },
  /** How long that would take on this machine; null where its speed with these networks is not known. */
  analysisEstimate: {
    input: z.strictObject({ runIds, settings: analysisSettingsSchema }),
    output: z.strictObject({ ms: z.number().min(0).nullable() }),
  },
  /** Of runs that are not in the trash, oldest first. */
  analyses: { input: nothing, output: z.array(analysisSummarySchema) },
  /** With its rows so far. */
  analysis: { input: analysisIdInput, output: analysisDetailSchema },
  cancelAnalysis: { input: analysisIdInput, output: nothing },
  /** Puts one that was cancelled or failed back into the queue, to go on at its next row. */
  resumeAnalysis: { input: analysisIdInput, output: nothing },
  /** Analyses with the same settings, drawn together on one scale, and what they tell in numbers; the figure is null where no rows are there. */
  analysisDrawing: {
    input: z.strictObject({ ids: analysisIds, wish: drawingWishSchema }),
    output: z.strictObject({ figure: figureSchema.nullable(), table: analysisTableSchema }),
  },
  /** The same figure for a paper. */
  exportAnalysis: {
    input: z.strictObject({
      ids: analysisIds,
      wish: drawingWishSchema,
      format: z.enum(figureFormats),
      column: z.enum(columns),
    }),
    output: fileSchema,
  },
  /** Runs in the trash, as they were when they were deleted. */
  trash: { input: nothing, output: runsOnWire, pack: packRuns },
  /** Removes the runs in the trash for good, with their checkpoints. */
  emptyTrash: {
    input: nothing,
    output: z.strictObject({
      runCount: z.number().int().min(0),
      checkpointBytes: z.number().min(0),
      /** Of runs that had to stay: which, why, and what to do. */
      stays: z.string().nullable(),
    }),
  },
  /** How much room checkpoints take, which of them finished runs are to keep, and what is beyond that. */
  checkpointUse: { input: nothing, output: checkpointUseSchema },
  /** Has runs keep these once they finish. Of those that have, what is beyond stays until `pruneCheckpoints`. */
  keepCheckpoints: { input: z.strictObject({ keep: checkpointKeepingSchema }), output: nothing },
  /** Removes for good what finished runs need not keep, but nothing that an analysis waits for. */
  pruneCheckpoints: { input: nothing, output: prunedSchema },
  /** Moves ended runs to the trash, or back. */
  deleteRuns: { input: z.strictObject({ runIds, deleted: z.boolean() }), output: nothing },
  runs: {
    input: z.strictObject({ experimentId: z.number().int().min(1).nullable() }),
    output: runsOnWire,
    pack: packRuns,
  },
  run: { input: z.strictObject({ runId: runIdSchema }), output: runDetailSchema },
  /** A page of its log. */
  runLog: { input: logWishSchema.extend({ runId: runIdSchema }), output: logPageSchema },
  /** What the user has said of runs that are not in the trash. */
  annotations: { input: nothing, output: z.array(runAnnotationSchema) },
  annotate: { input: z.strictObject({ runIds, change: annotationChangeSchema }), output: nothing },
  /** How the list of runs is looked at, by name. */
  runViews: { input: nothing, output: z.array(namedRunViewSchema) },
  /** Keeps a view, in the place of one of the same name. */
  saveRunView: { input: namedRunViewSchema, output: nothing },
  removeRunView: { input: namedRunViewSchema.pick({ name: true }), output: nothing },
  /** What windows have kept with the workspace. */
  keptStates: { input: nothing, output: z.array(keptStateSchema) },
  keepState: { input: keptStateSchema, output: nothing },
  experiments: { input: nothing, output: z.array(experimentSummarySchema) },
  results: { input: resultsQuerySchema, output: resultsTableSchema },
  curves: {
    input: z.strictObject({ query: resultsQuerySchema, ...curveWishSchema.shape }),
    output: z.array(groupCurveSchema),
  },
  /** The paper's values for the networks and data sets of these groups. */
  published: { input: resultsQuerySchema, output: z.array(publishedPointSchema) },
  exportResults: {
    input: z.strictObject({ query: resultsQuerySchema, format: z.enum(exportFormats), ...exportWishSchema.shape }),
    output: exportedSchema,
  },
  /** The same as an Excel workbook. */
  exportWorkbook: {
    input: z.strictObject({ query: resultsQuerySchema, ...exportWishSchema.omit({ siunitx: true }).shape }),
    output: fileSchema,
  },
  /** A figure for a paper of what Compare shows, with what belongs to it: LaTeX to include it, its data. */
  exportFigure: {
    input: z.strictObject({
      query: resultsQuerySchema,
      figure: z.discriminatedUnion('name', [
        /** `withPublished`: the paper's values beside the groups, as hollow marks; absent: without. */
        z.strictObject({ name: z.literal('speed-accuracy'), withPublished: z.boolean().exactOptional() }),
        z.strictObject({ name: z.literal('curves'), ...curveWishSchema.shape, isLate: z.boolean() }),
      ]),
      format: z.enum(figureFormats),
      column: z.enum(columns),
      /** As of tables; absent: those of the query. */
      namedAfter: exportWishSchema.shape.namedAfter.exactOptional(),
    }),
    output: fileSchema,
  },
  /** The paper's tables and figures, and how much of each has been trained here as in the paper. */
  studies: { input: nothing, output: z.array(studySummarySchema) },
  study: { input: z.strictObject({ id: studyIdSchema, form: z.enum(studyForms) }), output: studyReportSchema },
  /**
   * The experiments of an item, to be queued: as in the paper (null), its design on other data, fitted to hours, or the small form that was
   * queued last as it is ("begun"). What has finished is left out when they are queued. Those of an item whose speeds are measured are for `measureSpeed`; what was measured here is left out.
   */
  studyExperiments: {
    input: z.strictObject({
      id: studyIdSchema,
      small: z
        .union([
          z.literal('begun'),
          z.strictObject({
            datasetId: datasetInfoSchema.shape.id,
            model: z.enum(modelIds),
            hours: z.number().gt(0).max(10_000),
            engine: z.enum(engineIds),
            /** Of the networks of an item whose speeds are measured; absent: 256. */
            width: z.number().int().min(1).max(16_384).exactOptional(),
          }),
        ])
        .nullable(),
      /** Of an item whose speeds are measured: also what was measured here. */
      again: z.boolean().optional(),
    }),
    output: z.array(experimentSchema),
  },
  /** Everything about groups of runs, or about an item of the paper and its runs, as one file that needs no other. */
  report: {
    input: z.strictObject({
      about: z.discriminatedUnion('kind', [
        z.strictObject({ kind: z.literal('results'), query: resultsQuerySchema }),
        z.strictObject({ kind: z.literal('study'), id: studyIdSchema, form: z.enum(studyForms) }),
      ]),
      format: z.enum(reportFormats),
    }),
    output: fileSchema,
  },
  /** Runs that have ended as a bundle for another lab; both lists empty = all of them. */
  exportBundle: {
    input: z.strictObject({
      experimentIds: z.array(z.number().int().min(1)).max(1000),
      runIds: z.array(runIdSchema).max(10_000),
      /** Absent: without. With them, another lab can analyse the networks. */
      withCheckpoints: z.boolean().exactOptional(),
      /** What this lab is to be called there. */
      name: originSchema.shape.name.nullable(),
    }),
    /** `leftOut`: runs that a bundle does not take, and why, a sentence each. */
    output: fileSchema.extend({ runCount: z.number().int().min(1), leftOut: z.array(z.string()) }),
  },
  /** Adds what a bundle holds and this workspace does not, or nothing. The path must have been granted by a file dialog. */
  importBundle: { input: z.strictObject({ path: z.string().min(1).max(4096) }), output: bundleImportedSchema },
  /** The same with the example that comes with the app. */
  openExample: { input: nothing, output: bundleImportedSchema },
  exportStudy: {
    input: z.strictObject({
      id: studyIdSchema,
      form: z.enum(studyForms),
      format: z.enum(figureFormats),
      column: z.enum(columns),
    }),
    output: fileSchema,
  },
} as const satisfies Record<string, { input: z.ZodType; output: z.ZodType; pack?: (output: never) => unknown }>;

export type LabMethod = keyof typeof labApi;
export type LabInput<M extends LabMethod> = z.infer<(typeof labApi)[M]['input']>;
export type LabOutput<M extends LabMethod> = z.infer<(typeof labApi)[M]['output']>;

/** The lab as an object: what its service implements and what the window's bridge offers. */
export type LabApi = { readonly [M in LabMethod]: (input: LabInput<M>) => Promise<LabOutput<M>> };

/** Window → lab. */
export const labRequestSchema = z.strictObject({
  type: z.literal('request'),
  id: z.number().int().min(1),
  method: z.enum(Object.keys(labApi) as [LabMethod, ...LabMethod[]]),
  input: z.unknown(),
});
/** Lab → window. An error carries no path and no stack. */
export const labReplySchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('reply'), id: z.number().int(), output: z.unknown() }),
  z.strictObject({
    type: z.literal('refusal'),
    id: z.number().int(),
    code: z.enum(labErrorCodes),
    message: z.string(),
    /** Dotted field paths with what is wrong there, for CONFIG_INVALID. */
    fields: z.array(z.strictObject({ path: z.string(), message: z.string() })),
  }),
  z.strictObject({ type: z.literal('event'), event: labEventSchema }),
]);
export type LabRequest = z.infer<typeof labRequestSchema>;
export type LabReply = z.infer<typeof labReplySchema>;

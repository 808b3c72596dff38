import { z } from 'zod';
import { measurementIds, measurements, type MeasurementId } from './measurements/index.ts';
import { methodIds } from './methods/index.ts';
import { originSchema } from './origin.ts';
import { pairedRatioSchema } from './pairedRatio.ts';
import { groupHashSchema, runIdSchema, runStateSchema } from './run.ts';
import { runConfigSchema } from './runConfig.ts';

/** The accuracy of a run: after its last epoch, or the best of any epoch. */
export const accuracyChoices = ['last', 'best'] as const;
export type AccuracyChoice = (typeof accuracyChoices)[number];

/**
 * A row of a table: the hash of its group; and, where runs of the group that were trained under unlike conditions are apart, the beginning of
 * those conditions' SHA-256 behind a point.
 */
export const rowKeySchema = z.string().regex(/^[0-9a-f]{64}(\.[0-9a-f]{8})?$/);

/** Groups to tabulate, and the groups against which speed and accuracy are read. */
export const resultsQuerySchema = z.strictObject({
  /** All groups of these experiments and these groups; both empty = every group in the workspace. */
  experimentIds: z.array(z.number().int().min(1)).max(1000),
  groupHashes: z.array(groupHashSchema).max(1000),
  /** Null = the first SAM group that has a finished run. */
  speedBaseline: rowKeySchema.nullable(),
  /** Null = the first SGD group that has a finished run. */
  accuracyBaseline: rowKeySchema.nullable(),
  /** What is compared: gains, intervals and tests are of this accuracy. */
  accuracy: z.enum(accuracyChoices),
  /** After how much training accuracies are compared at equal time; null = when the run that took the least ended. */
  equalTimeMs: z.number().positive().nullable(),
  /** Whether runs of one group that were trained under unlike conditions (threads, processor, engine, library, lab) are rows of their own. */
  splitConditions: z.boolean(),
});
export type ResultsQuery = z.infer<typeof resultsQuerySchema>;

/** Every group of the workspace, read in the usual way. The last epoch's accuracy: the best one is chosen by looking at the test set. */
export const everyGroup: ResultsQuery = {
  experimentIds: [],
  groupHashes: [],
  speedBaseline: null,
  accuracyBaseline: null,
  accuracy: 'last',
  equalTimeMs: null,
  splitConditions: false,
};

/** Mean and sample standard deviation (n − 1); sd is null for n < 2, mean for n = 0. */
export const meanSdSchema = z.strictObject({ mean: z.number().nullable(), sd: z.number().nullable() });
export type MeanSd = z.infer<typeof meanSdSchema>;

/** Of a seed that has no finished run whose numbers are as they were stored; `damaged` ones are not. */
const missingStates = z.enum([...runStateSchema.exclude(['finished']).options, 'damaged']);

const probability = z.number().min(0).max(1).nullable();
/** Tests and sizes of a row's gain over the accuracy baseline. Each is null where it is not defined, or too large to compute exactly. */
const comparisonSchema = z.strictObject({
  /** Two-sided, of Welch's test; and corrected by Holm over the rows of the table. */
  welchP: probability,
  welchHolmP: probability,
  /** Exact, over all ways to split the runs into two groups of these sizes. */
  permutationP: probability,
  hedgesG: z.number().nullable(),
  /** Seeds that both have, and what follows from the differences between runs of one seed. */
  pairs: z.number().int().min(0),
  pairedPoints: z
    .strictObject({ mean: z.number(), low: z.number().nullable(), high: z.number().nullable() })
    .nullable(),
  pairedP: probability,
  pairedHolmP: probability,
  /** Exact, over all choices of signs. */
  signFlipP: probability,
  seedsNeeded: z.number().int().min(2).nullable(),
});

export const resultsRowSchema = z.strictObject({
  key: rowKeySchema,
  groupHash: groupHashSchema,
  /** "ESAM", or "ESAM (γ 0.75)" where settings tell rows of one method apart. */
  label: z.string(),
  method: z.enum(methodIds),
  /** Settings in which the rows of this table differ, as text: {"γ": "0.75"}. */
  settings: z.record(z.string(), z.string()),
  config: runConfigSchema.omit({ seed: true }),
  /** The lab that the group was imported from; null: it was trained here. */
  origin: originSchema.nullable(),
  /** Finished runs behind every number of the row, and the group's other runs. */
  n: z.number().int().min(0),
  runIds: z.array(runIdSchema),
  unfinishedRunIds: z.array(runIdSchema),
  seeds: z.array(z.number().int()),
  /** Seeds of the group without a finished run, by how the newest run of each stands. */
  missingSeeds: z.partialRecord(missingStates, z.number().int().min(1)),
  bestTestAccuracy: meanSdSchema,
  lastTestAccuracy: meanSdSchema,
  /** Of each finished run, in the order of `seeds`; null of a long history, where the query names neither experiments nor groups. */
  ofSeeds: z
    .array(
      z.strictObject({
        lastTestAccuracy: z.number(),
        bestTestAccuracy: z.number(),
        imagesPerSecond: z.number().nullable(),
        epochMs: z.number(),
        activeMs: z.number(),
        /** After `equalTimeMs` of training; null where it was not measured around then. */
        accuracyAtEqualTime: z.number().nullable(),
        /** The most of any epoch. */
        peakStepBytes: z.number().nullable(),
        /** Of its last epoch; those that it does not have are left out. */
        measurements: z.partialRecord(z.enum(measurementIds), z.number()),
      }),
    )
    .nullable(),
  /** The table's accuracy over the accuracy baseline's, in percentage points, with Welch's 95 % interval where n ≥ 2 on both sides and anything varies. */
  gainPoints: z.strictObject({ mean: z.number(), low: z.number().nullable(), high: z.number().nullable() }).nullable(),
  /** More about that gain; null for the baseline itself, and where either has no finished run. */
  comparison: comparisonSchema.nullable(),
  /** Median over runs of each run's median over epochs, and the runs' extremes. */
  imagesPerSecond: z.strictObject({
    median: z.number().nullable(),
    min: z.number().nullable(),
    max: z.number().nullable(),
    /** What the finished runs were not alike in, such as "threads 2, 4"; null where they were. */
    mixed: z.string().nullable(),
  }),
  /** images/s relative to the speed baseline, a ratio (1 = equal). */
  speedRatio: z.number().nullable(),
  /** What the runs on both sides of that ratio were not alike in, as above; null where they were, and where there is none. */
  speedRatioMixed: z.string().nullable(),
  /** The same measured in rounds, in each of which both took the same steps in one process; null where that was not done on this machine. */
  pairedSpeed: pairedRatioSchema
    .extend({
      rounds: z.number().int().min(1),
      /** That the rounds are of. */
      processes: z.number().int().min(1),
      /** ISO 8601, UTC. */
      at: z.string(),
    })
    .nullable(),
  /** What the cost model predicts for that ratio. */
  predictedSpeedRatio: z.number().nullable(),
  /** Medians over runs: time of an epoch's optimizer steps, and of all of them. */
  epochMs: z.number().nullable(),
  activeMs: z.number().nullable(),
  /** Test accuracy after `equalTimeMs` of training; null unless every finished run of the group was measured around then. */
  accuracyAtEqualTime: meanSdSchema.nullable(),
  /** Peak memory of a step, the largest over runs and epochs. */
  peakStepBytes: z.number().nullable(),
  /** Of the last epoch, over the finished runs that have it. */
  measurements: z.partialRecord(z.enum(measurementIds), meanSdSchema),
});
export type ResultsRow = z.infer<typeof resultsRowSchema>;
/** What is known of each run of a row. */
export type OfSeed = NonNullable<ResultsRow['ofSeeds']>[number];

export const resultsTableSchema = z.strictObject({
  rows: z.array(resultsRowSchema),
  speedBaseline: rowKeySchema.nullable(),
  accuracyBaseline: rowKeySchema.nullable(),
  accuracy: z.enum(accuracyChoices),
  /** The one asked for, or the training time of the table's run that took the least; null of a long history, as above. */
  equalTimeMs: z.number().nullable(),
});
export type ResultsTable = z.infer<typeof resultsTableSchema>;

const { groupHash, bestTestAccuracy, lastTestAccuracy, activeMs, unfinishedRunIds } = resultsRowSchema.shape;
/** What lists of runs tell of a group. */
export const groupMeansSchema = z.strictObject({
  ...{ groupHash, bestTestAccuracy, lastTestAccuracy, activeMs, unfinishedRunIds },
  /** The median over its finished runs. */
  imagesPerSecond: z.number().nullable(),
});
export type GroupMeans = z.infer<typeof groupMeansSchema>;

export const curveMetrics = [
  'testAccuracy',
  'trainAccuracy',
  'testLoss',
  'trainLoss',
  'imagesPerSecond',
  ...measurementIds,
] as const;
export type CurveMetric = (typeof curveMetrics)[number];

export const isMeasurement = (metric: CurveMetric): metric is MeasurementId => metric in measurements;

/** Active time is that of optimizer steps; wall time has the evaluations between them too, but no pauses. */
export const curveAxes = ['epoch', 'activeTime', 'wallTime'] as const;
export type CurveAxis = (typeof curveAxes)[number];

/** Which curves are wanted. */
export const curveWishSchema = z.strictObject({
  metric: z.enum(curveMetrics),
  axis: z.enum(curveAxes),
  /** The row over which each curve's difference is wanted; null = the values themselves. */
  relativeTo: rowKeySchema.nullable(),
});
export type CurveWish = z.infer<typeof curveWishSchema>;

export const groupCurveSchema = z.strictObject({
  key: rowKeySchema,
  groupHash: groupHashSchema,
  label: z.string(),
  method: resultsRowSchema.shape.method,
  /** One point per epoch that at least one finished run has; x is the epoch, or the mean time in seconds. */
  points: z.array(
    z.strictObject({ x: z.number(), mean: z.number().nullable(), sd: z.number().nullable(), n: z.number().int() }),
  ),
});
export type GroupCurve = z.infer<typeof groupCurveSchema>;

export const exportFormats = ['csv', 'tsv', 'markdown', 'latex', 'json'] as const;
export type ExportFormat = (typeof exportFormats)[number];

/** How a table is taken away, by those formats that leave a choice. */
export const exportWishSchema = z.strictObject({
  /** Ids of the columns of tables for people; null = the usual ones. */
  columns: z.array(z.string().min(1).max(60)).max(100).nullable(),
  /** Of LaTeX: numbers are aligned by the package siunitx. */
  siunitx: z.boolean(),
  /** The experiments that the file is named after, where it is one; those of the query, unless groups were chosen among them. */
  namedAfter: z.array(z.number().int().min(1)).max(1000),
});
export type ExportWish = z.infer<typeof exportWishSchema>;

/** The usual table. */
export const usualExport: ExportWish = { columns: null, siunitx: false, namedAfter: [] };

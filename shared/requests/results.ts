import { z } from 'zod';
import { columns, figureFormats } from '../figures/figure.ts';
import {
  curveWishSchema,
  exportFormats,
  exportWishSchema,
  groupCurveSchema,
  groupMeansSchema,
  resultsRowSchema,
  resultsQuerySchema,
} from '../result.ts';
import { publishedPointSchema } from '../results/published.ts';
import {
  experimentSummarySchema,
  groupHashSchema,
  logPageSchema,
  logWishSchema,
  runDetailSchema,
  runIdSchema,
} from '../run.ts';
import { packResults, resultsOnWire } from '../resultsOnWire.ts';
import { packRuns, runsOnWire } from '../runsOnWire.ts';
import { exportedSchema, fileSchema } from '../file.ts';
import { type Contract, nothing } from './contract.ts';

/** Runs that are there, and what they show. */
export const resultApi = {
  /** Runs in the trash, as they were when they were deleted. */
  trash: { input: nothing, output: runsOnWire, pack: packRuns },
  runs: {
    input: z.strictObject({ experimentId: z.number().int().min(1).nullable() }),
    output: runsOnWire,
    pack: packRuns,
  },
  /** The groups with the newest runs, so many, each with all of its runs: what a list can show before it has read them all. */
  newestRuns: {
    input: z.strictObject({ groups: z.number().int().min(1).max(1000) }),
    output: runsOnWire,
    pack: packRuns,
  },
  run: { input: z.strictObject({ runId: runIdSchema }), output: runDetailSchema },
  /** A page of its log. */
  runLog: { input: logWishSchema.extend({ runId: runIdSchema }), output: logPageSchema },
  experiments: { input: nothing, output: z.array(experimentSummarySchema) },
  results: { input: resultsQuerySchema, output: resultsOnWire, pack: packResults },
  /** What lists of runs tell of these groups; of none named, of every one. */
  groupMeans: {
    input: z.strictObject({ groupHashes: z.array(groupHashSchema).max(10_000) }),
    output: z.array(groupMeansSchema),
  },
  curves: {
    input: z.strictObject({
      query: resultsQuerySchema,
      ...curveWishSchema.shape,
      /** Of more groups than these there are none: which of them are to be drawn, their table tells. */
      mostGroups: z.number().int().min(1).exactOptional(),
    }),
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
        /** `setting`: its path; null = the first that was compared at several values. */
        z.strictObject({ name: z.literal('sensitivity'), setting: z.string().max(100).nullable() }),
      ]),
      format: z.enum(figureFormats),
      column: z.enum(columns),
      /** Groups that are not to be seen in it, by their rows' keys; absent: none. */
      hidden: z.array(resultsRowSchema.shape.key).exactOptional(),
      /** As of tables; absent: those of the query. */
      namedAfter: exportWishSchema.shape.namedAfter.exactOptional(),
    }),
    output: fileSchema,
  },
} as const satisfies Contract;
